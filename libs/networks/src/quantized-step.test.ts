import { type KvForm, type LinearForm, UNQUANTIZED } from '@janus-mesh/models';
import { openRuntime } from '@janus-mesh/runtime';
import { describe, expect, test } from 'vitest';
import { codeHead, textHead } from './heads.ts';
import type { Network, NetworkConfig } from './network.ts';
import { packedStep } from './packed-step.ts';
import {
  dequantized,
  goldenModel,
  openNetwork,
  quantizedBundle,
  type Rounding,
  randomBundle,
  referenceDecoder,
  runOnce,
  StepSequences,
  type StoredTensor,
  seededRandom
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

function quantized(config: NetworkConfig, form: LinearForm, kv: KvForm = 'f32'): NetworkConfig {
  return { ...config, quantization: { ...UNQUANTIZED, scheme: form, text: form, textHead: form, codeHead: form, kv } };
}

function randomRows(count: number, width: number, seed = 5): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count * width }, () => random() * 2 - 1);
}

async function headLogits(network: Network, stored: ReadonlyMap<string, StoredTensor>, rows: Float32Array, columns: number) {
  const count = rows.length / odd.text.hiddenSize;
  const logits = runtime.tensor('f32', [1, count, columns]);
  const hidden = runtime.tensor('f32', [1, count, odd.text.hiddenSize], rows);
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

  test('in 4 bits stays near a decoder with the same weights and unrounded activations', async () => {
    const { parts, expected } = await bothWays(quantized(blocks, 'w4'), {});
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
