import type { TransformerServiceDefinition } from '@janus-mesh/contracts';
import type { Handler } from '@janus-mesh/rpc';
import type { Transformer } from '../transformer.ts';

/** GetTransformerStats. */
export function statsRoute({ engine, counts }: Transformer): Handler<TransformerServiceDefinition, 'getTransformerStats'> {
  return async () => {
    const { queued, running, textRows, codeRows, groups, kvBytesUsed, kvBytesBudget, steps, stepTokens } = engine.stats();
    return {
      tier: counts.stats({ waiting: queued, running }),
      textRows,
      codeRows,
      groups,
      kvBytesUsed: BigInt(kvBytesUsed),
      kvBytesBudget: BigInt(kvBytesBudget),
      steps: BigInt(steps),
      stepTokens: BigInt(stepTokens)
    };
  };
}
