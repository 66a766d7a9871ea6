import type { TransformerServiceDefinition } from '@janus-mesh/contracts';
import type { Handler } from '@janus-mesh/rpc';
import type { Transformer } from '../transformer.ts';

/** DescribeTransformer. */
export function describeRoute({ info, config, runner, engine }: Transformer): Handler<TransformerServiceDefinition, 'describeTransformer'> {
  const { contextTokens, vocabSize } = config.text;
  return async () => ({
    tier: info,
    contextTokens,
    slots: runner.slots,
    vocabSize,
    codebookSize: config.codec.codebookSize,
    visionHiddenSize: config.vision.hiddenSize,
    kvBytesPerToken: BigInt(runner.kvBytes(contextTokens)) / BigInt(contextTokens), // exact: a whole context is not rounded up
    kvBytesBudget: BigInt(engine.stats().kvBytesBudget)
  });
}
