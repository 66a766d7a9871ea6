import type { ModelConfig } from '@janus-mesh/models';
import { expect, test } from 'vitest';
import { workOf } from './work.ts';

const text = { layers: 24, hiddenSize: 2048, heads: 16, kvHeads: 16, headDim: 128, intermediateSize: 5632 };
const vision = { layers: 24, hiddenSize: 1024, intermediateSize: 4096, rows: 576 };
const codec = {
  baseChannels: 128,
  channelMultiplier: [1, 1, 2, 2, 4],
  resBlocks: 2,
  latentChannels: 256,
  codeWidth: 8,
  codebookSize: 16_384,
  grid: 24,
  imageSize: 384
};
const config = { text, vision, codec } as unknown as ModelConfig;

test('the work of Janus-Pro-1B: 1.23 billion weights in the layers, 631 billion operations for 256 tokens', () => {
  expect(workOf('prefill-256', config)).toEqual({ weights: 1_233_125_376, operations: 2 * 256 * 1_233_125_376 });
  const head = 2048 * (2048 + 16_384);
  expect(workOf('decode-2', config)).toEqual({ weights: 1_233_125_376 + head, operations: 4 * (1_233_125_376 + head) });
});

// torch.utils.flop_counter on the published code; of SigLIP without its patches, 0.9 billion.
test('the work of the vision tiers: 381 and 570 billion operations', () => {
  const patches = 2 * 576 * 1024 * 3 * 16 * 16;
  expect(workOf('siglip', config)?.operations).toBe(381_413_228_544 - patches);
  expect(workOf('vq-decode', config)?.operations).toBe(570_121_519_104);
});

test('cases that compute nothing of note have none', () => {
  expect(workOf('loop-4', config)).toBeUndefined();
  expect(workOf('cancel', config)).toBeUndefined();
});
