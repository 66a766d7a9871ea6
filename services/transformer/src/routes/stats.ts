import type { FeatureCacheStats, PrefixCacheStats, TransformerServiceDefinition } from '@janus-mesh/contracts';
import type { Handler } from '@janus-mesh/rpc';
import type { EngineStats } from '../engine/engine-stats.ts';
import type { Transformer } from '../transformer.ts';

/** GetTransformerStats. */
export function statsRoute({ engine, counts }: Transformer): Handler<TransformerServiceDefinition, 'getTransformerStats'> {
  return async () => {
    const { queued, running, textQueued, codesQueued, textRows, codeRows, groups, cancelToFreeSteps, features, prefixes, ...sums } =
      engine.stats();
    return {
      tier: counts.stats({ waiting: queued, running }),
      textQueued,
      codesQueued,
      textRows,
      codeRows,
      groups,
      kvBytesUsed: BigInt(sums.kvBytesUsed),
      kvBytesBudget: BigInt(sums.kvBytesBudget),
      steps: BigInt(sums.steps),
      stepTokens: BigInt(sums.stepTokens),
      sharedPromptTokens: BigInt(sums.sharedPromptTokens),
      cancels: BigInt(sums.cancels),
      cancelToFreeSteps,
      refused: BigInt(sums.refused),
      features: cacheStats(features),
      prefixes: prefixStats(prefixes)
    };
  };
}

function prefixStats({ entries, ...sums }: EngineStats['prefixes']): PrefixCacheStats {
  const { hits, misses, reusedTokens, evictions, bytesUsed, bytesBudget } = sums;
  return {
    hits: BigInt(hits),
    misses: BigInt(misses),
    reusedTokens: BigInt(reusedTokens),
    evictions: BigInt(evictions),
    bytesUsed: BigInt(bytesUsed),
    bytesBudget: BigInt(bytesBudget),
    entries
  };
}

function cacheStats({ hits, misses, bytesUsed, bytesBudget, entries }: EngineStats['features']): FeatureCacheStats {
  return { hits: BigInt(hits), misses: BigInt(misses), bytesUsed: BigInt(bytesUsed), bytesBudget: BigInt(bytesBudget), entries };
}
