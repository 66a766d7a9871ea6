import { openRuntime } from '@janus-mesh/runtime';
import { describe, expect, test } from 'vitest';
import { cacheDims } from './cache-dims.ts';
import type { NetworkConfig } from './network.ts';
import { packedStep } from './packed-step.ts';
import {
  type FloatTensor,
  goldenModel,
  largestError,
  randomBundle,
  referenceDecoder,
  type SlotWork,
  StepSequences,
  seededRandom
} from './testing/index.ts';

const runtime = openRuntime({ threads: 1 });
const golden = goldenModel();

// Nothing here equals another size, so no dim can stand for a wrong one.
const odd: NetworkConfig = {
  ...golden.config,
  text: { ...golden.config.text, hiddenSize: 40, layers: 2, heads: 6, kvHeads: 2, headDim: 8, intermediateSize: 72, ropeTheta: 500_000 }
};

function randomEmbeddings(tokens: number, width: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: tokens * width }, () => random() * 2 - 1);
}

describe('packedStep', () => {
  test('gives a sequence the same bits in company, in any slot and beside idle ones, as alone', async () => {
    const { hiddenSize } = odd.text;
    const data = randomBundle(odd);
    const single = await StepSequences.open(runtime, odd, data, 1);
    const packed = await StepSequences.open(runtime, odd, data, 4);
    const inputs = [11, 12, 13].map((seed) => randomEmbeddings(24, hiddenSize, seed));
    // Tokens each sequence brings in each step: chunks beside decodes, decodes beside nothing.
    const plan = [
      [9, 2, 16],
      [1, 5, 1],
      [1, 1, 1],
      [7, 0, 1],
      [1, 1, 5]
    ];
    const places = [2, 0, 3];
    const capacities = [24, 32, 40];
    const alone = capacities.map((capacity) => single.sequence(capacity));
    const together = capacities.map((capacity) => packed.sequence(capacity));
    for (const counts of plan) {
      const work: SlotWork[] = [undefined, undefined, undefined, undefined];
      const expected: (Float32Array | undefined)[] = [];
      for (const [i, count] of counts.entries()) {
        const sequence = together[i] as (typeof together)[0];
        if (count === 0) continue;
        const embeddings = (inputs[i] as Float32Array).slice(sequence.past * hiddenSize, (sequence.past + count) * hiddenSize);
        work[places[i] as number] = { sequence, embeddings };
        [expected[places[i] as number]] = await single.step([{ sequence: alone[i] as (typeof alone)[0], embeddings }]);
      }
      const hidden = await packed.step(work);
      for (const place of places) if (expected[place]) expect(hidden[place]).toEqual(expected[place]);
    }
    expect(together.map(({ past }) => past)).toEqual([19, 9, 24]);
  });

  test('leaves positions it did not write, and the caches of idle slots, untouched', async () => {
    const data = randomBundle(odd);
    const packed = await StepSequences.open(runtime, odd, data, 2);
    const [busy, idle] = [packed.sequence(8), packed.sequence(8)];
    await packed.step([{ sequence: busy, embeddings: randomEmbeddings(3, odd.text.hiddenSize, 1) }, undefined]);
    const [, kvHeads, , headDim] = cacheDims(odd.text, 8);
    for (const { k } of busy.cache) {
      const written = Array.from({ length: kvHeads * 8 }, (_, row) => !Number.isNaN(k.data[row * headDim]));
      expect(written).toEqual(Array.from({ length: kvHeads * 8 }, (_, row) => row % 8 < 3));
    }
    expect(idle.cache.every(({ k, v }) => k.data.every(Number.isNaN) && v.data.every(Number.isNaN))).toBe(true);
  });

  test('shares key and value heads among query heads as if they were written out', async () => {
    const { hiddenSize, heads, kvHeads, headDim } = odd.text;
    const data = randomBundle(odd);
    const full = { ...odd, text: { ...odd.text, kvHeads: heads } };
    const written = new Map(data);
    for (let layer = 0; layer < odd.text.layers; layer++) {
      const name = `text.layers.${layer}.qkv`;
      written.set(name, repeatHeads(data.get(name) as FloatTensor, { heads, kvHeads, headDim }));
    }
    const embeddings = randomEmbeddings(10, hiddenSize, 5);
    const run = async (config: NetworkConfig, weights: Map<string, FloatTensor>) => {
      const step = await StepSequences.open(runtime, config, weights, 1);
      return (await step.step([{ sequence: step.sequence(16), embeddings }]))[0] as Float32Array;
    };
    expect(largestError(await run(odd, data), await run(full, written))).toBeLessThan(1e-5);
  });

  test.each([
    ['heads of 8 that share keys, hidden size apart from heads × head size', odd.text],
    ['heads of 16', { ...odd.text, headDim: 16 }],
    ['heads of 20, another rope base and epsilon', { ...odd.text, headDim: 20, kvHeads: 6, ropeTheta: 1_000, rmsNormEps: 1e-2 }]
  ])('agrees with a plain decoder in double precision: %s', async (_, text) => {
    const config = { ...odd, text };
    const data = randomBundle(config);
    const embeddings = randomEmbeddings(20, text.hiddenSize, 5);
    const step = await StepSequences.open(runtime, config, data, 2);
    const sequence = step.sequence(32);
    const parts: number[] = [];
    for (const count of [12, 1, 1, 6]) {
      const from = sequence.past * text.hiddenSize;
      const [hidden] = await step.step([{ sequence, embeddings: embeddings.slice(from, from + count * text.hiddenSize) }]);
      parts.push(...(hidden as Float32Array));
    }
    const expected = referenceDecoder(text, data, embeddings).flatMap((row) => [...row]);
    expect(largestError(Float32Array.from(parts), Float32Array.from(expected))).toBeLessThan(2e-5);
  });

  test('declares its weights as external: the model itself stays small', () => {
    const network = packedStep(golden.config, { slots: 4 });
    const { layers } = golden.config.text;
    expect(network.weights).toHaveLength(7 * layers + 1);
    expect(network.inputs.filter(({ name }) => name.startsWith('k.'))).toHaveLength(4 * layers);
    expect(network.model.byteLength).toBeLessThan(200_000);
  });
});

// The columns of each key and value head, as often as query heads read it.
function repeatHeads({ dims, data }: FloatTensor, sizes: { heads: number; kvHeads: number; headDim: number }): FloatTensor {
  const { heads, kvHeads, headDim } = sizes;
  const [rows, columns] = dims as [number, number];
  const source = (head: number) => Math.floor((head * kvHeads) / heads) * headDim;
  const order: number[] = Array.from({ length: heads * headDim }, (_, i) => i);
  for (const first of [heads * headDim, (heads + kvHeads) * headDim])
    for (let head = 0; head < heads; head++) for (let i = 0; i < headDim; i++) order.push(first + source(head) + i);
  const wide = Float32Array.from({ length: rows * order.length }, (_, i) => {
    const row = Math.floor(i / order.length);
    return data[row * columns + (order[i % order.length] as number)] as number;
  });
  return { dims: [rows, order.length], data: wide };
}
