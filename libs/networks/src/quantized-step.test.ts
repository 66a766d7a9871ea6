import { type KvForm, type LinearForm, UNQUANTIZED, type WeightBlock } from '@janus-mesh/models';
import { openRuntime } from '@janus-mesh/runtime';
import { describe, expect, test } from 'vitest';
import { codeHead, textHead } from './heads.ts';
import type { Network, NetworkConfig } from './network.ts';
import { packedStep } from './packed-step.ts';
import { needsEvenRows } from './row-pairs.ts';
import {
  dequantized,
  goldenModel,
  openNetwork,
  quantizedBundle,
  type Rounding,
  randomBundle,
  referenceDecoder,
  runOnce,
  type SlotWork,
  StepSequences,
  type StoredTensor,
  seededRandom,
  type TestSequence
} from './testing/index.ts';

const runtime = openRuntime({ threads: 1 });
const golden = goldenModel();

// Nothing here equals another size; the rows of weights are no multiple of anything a kernel likes.
const odd: NetworkConfig = {
  ...golden.config,
  text: { ...golden.config.text, hiddenSize: 41, layers: 2, heads: 6, kvHeads: 2, headDim: 10, intermediateSize: 75 }
};
const blocks: NetworkConfig = { ...odd, text: { ...odd.text, hiddenSize: 64, headDim: 16, intermediateSize: 160 } };
const CACHE_SCALE = 3 / 127;

// Heads of 20 are padded, so that the padding's attention has another width than the heads'.
const longBlocks: NetworkConfig = {
  ...odd,
  text: { ...odd.text, hiddenSize: 256, heads: 32, kvHeads: 4, headDim: 20, intermediateSize: 384 }
};

function quantized(config: NetworkConfig, form: LinearForm, kv: KvForm = 'f32', block?: WeightBlock): NetworkConfig {
  return { ...config, quantization: { ...UNQUANTIZED, scheme: form, block, text: form, textHead: form, codeHead: form, kv } };
}

function randomRows(count: number, width: number, seed = 5): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count * width }, () => random() * 2 - 1);
}

async function headLogits(network: Network, stored: ReadonlyMap<string, StoredTensor>, rows: Float32Array, columns: number) {
  const width = network.inputs[0]?.dims.at(-1) as number;
  const count = rows.length / width;
  const logits = runtime.tensor('f32', [1, count, columns]);
  const hidden = runtime.tensor('f32', [1, count, width], rows);
  await runOnce(await openNetwork(runtime, network, stored), { hidden }, { logits });
  return logits.data;
}

/** Root mean square of the difference, in units of that of `expected`. */
function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [error, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    error += ((actual[i] as number) - (expected[i] as number)) ** 2;
    size += (expected[i] as number) ** 2;
  }
  return Math.sqrt(error / size);
}

describe('an int8 head', () => {
  const config = quantized(odd, 'w8a8');
  const stored = quantizedBundle(config, randomBundle(odd));
  const { hiddenSize, vocabSize } = odd.text;

  test('is the integer product of rounded rows and weights, times their scales', async () => {
    const rows = randomRows(5, hiddenSize);
    const logits = await headLogits(textHead(config), stored, rows, vocabSize);
    const [q, scales] = ['text.head', 'text.head.scale'].map((name) => stored.get(name)?.data) as [Int8Array, Float32Array];
    for (let row = 0; row < 5; row++) {
      const x = rows.subarray(row * hiddenSize, (row + 1) * hiddenSize);
      const scale = Math.fround(x.reduce((most, value) => Math.max(most, Math.abs(value)), 0) * Math.fround(1 / 127));
      const bytes = x.map((value) => Math.round(value / scale));
      const expected = Float64Array.from({ length: vocabSize }, (_, n) => {
        const sum = bytes.reduce((total, byte, k) => total + byte * (q[k * vocabSize + n] as number), 0);
        return sum * (scales[n] as number) * scale;
      });
      expect(relativeError(logits.subarray(row * vocabSize, (row + 1) * vocabSize), expected)).toBeLessThan(1e-6);
    }
  });

  test('gives each row what it gives it alone, a row of zeros zeros, and keeps a NaN to its row', async () => {
    const rows = randomRows(4, hiddenSize);
    rows.fill(0, hiddenSize, 2 * hiddenSize);
    rows[2 * hiddenSize + 3] = Number.NaN;
    const together = await headLogits(textHead(config), stored, rows, vocabSize);
    for (const row of [0, 1, 3]) {
      const alone = await headLogits(textHead(config), stored, rows.slice(row * hiddenSize, (row + 1) * hiddenSize), vocabSize);
      expect(together.slice(row * vocabSize, (row + 1) * vocabSize)).toEqual(alone);
    }
    expect(together.subarray(vocabSize, 2 * vocabSize).every((value) => value === 0)).toBe(true);
  });

  test('with bias and GELU stays near the f32 one', async () => {
    const rows = randomRows(6, hiddenSize);
    const { codebookSize } = odd.codec;
    const plain = await headLogits(codeHead(odd), quantizedBundle(odd, randomBundle(odd)), rows, codebookSize);
    const int8 = await headLogits(codeHead(config), stored, rows, codebookSize);
    expect(relativeError(int8, plain)).toBeLessThan(0.02);
    expect(relativeError(int8, plain)).toBeGreaterThan(1e-4);
  });
});

describe('a quantised packed step', () => {
  /** Hidden states of 20 tokens, brought in chunks, and those of the double precision decoder that rounds alike. */
  async function bothWays(config: NetworkConfig, rounding: Rounding) {
    const { text } = config;
    const stored = quantizedBundle(config, randomBundle({ ...config, quantization: UNQUANTIZED }), CACHE_SCALE);
    const embeddings = randomRows(20, text.hiddenSize);
    const step = await StepSequences.open(runtime, config, stored, 2);
    const sequence = step.sequence(32);
    const parts: number[] = [];
    for (const count of [12, 1, 1, 6]) {
      const from = sequence.past * text.hiddenSize;
      const [hidden] = await step.step([{ sequence, embeddings: embeddings.slice(from, from + count * text.hiddenSize) }]);
      parts.push(...(hidden as Float32Array));
    }
    return { parts, expected: referenceDecoder(text, dequantized(stored), embeddings, rounding).flatMap((row) => [...row]) };
  }

  function medianError(actual: readonly number[], expected: readonly number[]): number {
    const errors = actual.map((value, i) => Math.abs(value - (expected[i] as number))).sort((a, b) => a - b);
    return errors[errors.length >> 1] as number;
  }

  // A value on the boundary of two steps may go to either side, and moves what follows: hence few large errors and a median near nothing.
  test.each<[string, KvForm]>([
    ['f32 cache', 'f32'],
    ['int8 cache', 'int8'],
    ['int8 cache with scales by channel', 'int8_channel']
  ])('agrees with a decoder in double precision that rounds alike: %s', async (_, kv) => {
    const rounding = { activations: true, ...(kv !== 'f32' && { cacheScale: CACHE_SCALE }) };
    const { parts, expected } = await bothWays(quantized(odd, 'w8a8', kv), rounding);
    expect(medianError(parts, expected)).toBeLessThan(1e-6);
    expect(relativeError(parts, expected)).toBeLessThan(0.02);
  });

  test.each<[WeightBlock, NetworkConfig]>([
    [32, blocks],
    [128, longBlocks]
  ])('in 4 bits in blocks of %i stays near a decoder with the same weights and unrounded activations', async (block, config) => {
    const { parts, expected } = await bothWays(quantized(config, 'w4', 'f32', block), {});
    expect(relativeError(parts, expected)).toBeLessThan(0.05);
  });

  test('may keep single linears in better forms', async () => {
    const config = quantized(odd, 'w8a8');
    const kept = ['text.layers.0.down', 'text.layers.1.up'].map((linear) => ({ linear, form: 'f32' as const, error: 1, limit: 0.1 }));
    const mixed = { ...config, quantization: { ...(config.quantization ?? UNQUANTIZED), kept } };
    const { weights } = packedStep(mixed, { slots: 1 });
    expect(weights.filter((name) => name.endsWith('.scale'))).toHaveLength(2 * 5 - 2);
    const { parts, expected } = await bothWays(mixed, { activations: true });
    expect(relativeError(parts, expected)).toBeLessThan(0.05);
  });
});

describe('4-bit weights in blocks of 128', () => {
  const config = quantized(longBlocks, 'w4', 'int8', 128);
  const { hiddenSize, vocabSize } = longBlocks.text;
  const stored = quantizedBundle(config, randomBundle(longBlocks), CACHE_SCALE);

  test('want an even number of rows, whatever the processor; those of 32 want it but for AVX-512, other forms never do', () => {
    const [wide, narrow, arm] = ['x64-avx512-vnni-l2-1024k', 'x64-avx2-l2-512k', 'arm64-dotprod'] as const;
    const wanting = (each: NetworkConfig) => [wide, narrow, arm].map((isa) => needsEvenRows(each, isa));
    expect(wanting(config)).toEqual([true, true, true]);
    expect(wanting(quantized(longBlocks, 'w4'))).toEqual([false, true, true]);
    expect(wanting(quantized(longBlocks, 'w4', 'f32', 32))).toEqual([false, true, true]);
    expect(wanting(longBlocks)).toEqual([false, false, false]);
    expect(wanting(quantized(longBlocks, 'w8a8'))).toEqual([false, false, false]);
  });

  test('have a padding in the step, where others have none', () => {
    const { inputs } = packedStep(config, { slots: 1, evenRows: true });
    expect(inputs).toContainEqual({ name: 'padding', dtype: 'f32', dims: [1, 'P', 32 * 32] });
    const plain = packedStep(config, { slots: 1 }).inputs;
    expect(plain.filter(({ name }) => name === 'padding' || name === 'splits')).toEqual([]);
  });

  test('give a row what they give it in any other pair, first or second, whatever the other row is', async () => {
    const rows = randomRows(6, hiddenSize);
    const row = (i: number) => rows.slice(i * hiddenSize, (i + 1) * hiddenSize);
    const logitsOf = async (...all: Float32Array[]) => {
      const logits = await headLogits(textHead(config), stored, Float32Array.from(all.flatMap((each) => [...each])), vocabSize);
      return all.map((_, i) => logits.slice(i * vocabSize, (i + 1) * vocabSize));
    };
    const together = await logitsOf(row(0), row(1), row(2), row(3), row(4), row(5));
    for (const i of [0, 1, 2, 3, 4, 5]) {
      const [first] = await logitsOf(row(i), new Float32Array(hiddenSize));
      const [, second] = await logitsOf(row(5 - i), row(i));
      expect(first).toEqual(together[i]);
      expect(second).toEqual(together[i]);
    }
  });

  test('give a sequence the bits it has alone in steps of odd and even rows, however its prompt is cut', async () => {
    const single = await StepSequences.open(runtime, config, stored, 1);
    const packed = await StepSequences.open(runtime, config, stored, 4);
    const embeddings = [21, 22, 23].map((seed) => randomRows(24, hiddenSize, seed));
    const bring = (i: number, { past }: { past: number }, count: number) =>
      (embeddings[i] as Float32Array).slice(past * hiddenSize, (past + count) * hiddenSize);
    const expected: Float32Array[] = [];
    for (const i of [0, 1, 2]) {
      const sequence = single.sequence(24);
      const [hidden] = await single.step([{ sequence, embeddings: bring(i, sequence, 24) }]);
      expected.push(hidden as Float32Array);
    }
    // Tokens each sequence brings in each step.
    const plan = [
      [9, 2, 16],
      [1, 5, 0],
      [1, 1, 1],
      [7, 0, 1],
      [1, 1, 5],
      [5, 15, 1]
    ] as const;
    const together = [32, 24, 40].map((capacity) => packed.sequence(capacity));
    for (const counts of plan) {
      const work = counts.map((count, i): SlotWork => {
        const sequence = together[i] as TestSequence;
        return count === 0 ? undefined : { sequence, embeddings: bring(i, sequence, count) };
      });
      const from = together.map(({ past }) => past * hiddenSize);
      const hidden = await packed.step(work);
      for (const [i, count] of counts.entries())
        expect(hidden[i]).toEqual((expected[i] as Float32Array).slice(from[i], (from[i] as number) + count * hiddenSize));
    }
    expect(together.map(({ past }) => past)).toEqual([24, 24, 24]);
  });
});
