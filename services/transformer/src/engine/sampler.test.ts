import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { probabilities, Sampler, type SamplingParameters } from './sampler.ts';
import { Uniform } from './uniform.ts';

const GOLDENS = resolve(import.meta.dirname, '../../../../test/goldens/tiny-pro');

interface SamplerCase {
  vector: string;
  temperature: number;
  top_k: number | null;
  top_p: number | null;
  tensor: string;
  kept: number;
  exact_support: boolean;
}

function goldenVectors(): (name: string) => Float32Array {
  const file = readFileSync(resolve(GOLDENS, 'expected/sampler.safetensors'));
  const headerBytes = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerBytes));
  return (name) => {
    const [start, end] = header[name].data_offsets;
    return new Float32Array(new Uint8Array(file.subarray(8 + headerBytes + start, 8 + headerBytes + end)).buffer);
  };
}

/** The same rule, written down as it is said: sort, cut, normalise. */
function sorted(logits: Float32Array, { temperature, topK, topP }: SamplingParameters): Float64Array {
  const order = [...logits.keys()].sort((a, b) => at(logits, b) - at(logits, a) || a - b);
  const limit = topK > 0 && topK < order.length ? at(logits, at(order, topK - 1)) : Number.NEGATIVE_INFINITY;
  const weights = new Map(
    order.filter((id) => at(logits, id) >= limit).map((id) => [id, Math.exp((at(logits, id) - at(logits, at(order, 0))) / temperature)])
  );
  const all = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  for (const [id, weight] of [...weights]) {
    if (topP < 1 && reached >= topP * all) weights.delete(id);
    reached += weight;
  }
  const kept = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return Float64Array.from(logits, (_, id) => (weights.get(id) ?? 0) / kept);
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - at(b, i))));
}

function kept(distribution: Float64Array): number {
  return distribution.filter((probability) => probability > 0).length;
}

const everything = { temperature: 1, topK: 0, topP: 1 };

describe('against the golden vectors', () => {
  const cases: SamplerCase[] = JSON.parse(readFileSync(resolve(GOLDENS, 'cases.json'), 'utf8')).sampler;
  const vector = goldenVectors();

  test.each(cases)('$tensor', (golden) => {
    const sampling = { temperature: golden.temperature, topK: golden.top_k ?? 0, topP: golden.top_p ?? 1 };
    const actual = probabilities(vector(golden.vector), sampling);
    const expected = vector(golden.tensor);
    expect(kept(actual)).toBe(golden.kept);
    // Where exactly tied ids may survive in any choice, the distribution is the same up to the order of the tied ones.
    const inOrder = (values: Float32Array | Float64Array) => (golden.exact_support ? values : values.toSorted());
    expect(largestDifference(inOrder(actual), inOrder(expected))).toBeLessThanOrEqual(1e-5);
  });
});

describe('against a plain sort', () => {
  const uniform = new Uniform(2024n);
  let drawn = 0;
  const random = () => uniform.at(drawn++);
  const rows = {
    spread: Float32Array.from({ length: 997 }, () => (random() - 0.5) * 30),
    'nearly flat': Float32Array.from({ length: 997 }, () => random() * 1e-3),
    'full of ties': Float32Array.from({ length: 997 }, () => Math.floor(random() * 12) - 6),
    'all equal': new Float32Array(997).fill(-3.5),
    'mixed zeros': Float32Array.from({ length: 997 }, (_, i) => (i % 2 ? 0 : -0)),
    'masked in part': Float32Array.from({ length: 997 }, (_, i) => (i % 3 ? Number.NEGATIVE_INFINITY : random()))
  };
  const choices = [0.1, 1, 2.5].flatMap((temperature) =>
    [0, 1, 7, 50, 997].flatMap((topK) => [1e-9, 0.5, 0.95, 1 - 1e-15, 1].map((topP) => ({ temperature, topK, topP })))
  );

  test.each(Object.entries(rows))('keeps the same tokens with the same probabilities where logits are %s', (_, row) => {
    for (const sampling of choices) {
      const actual = probabilities(row, sampling);
      const expected = sorted(row, sampling);
      expect(largestDifference(actual, expected), JSON.stringify(sampling)).toBeLessThan(1e-12);
      if (sampling.topP < 0.99) expect(kept(actual), JSON.stringify(sampling)).toBe(kept(expected));
    }
  });
});

test('draws in id order: the id at which the cumulative distribution passes u', () => {
  const sampler = new Sampler(4);
  const row = Float32Array.from([0.1, 0.2, 0.3, 0.4], Math.log);
  const ids = [0.05, 0.099, 0.101, 0.299, 0.301, 0.599, 0.601, 0.999999].map((u) => sampler.draw(row, everything, u));
  expect(ids).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
});

test('draws each token as often as its probability says', () => {
  const row = Float32Array.from({ length: 6 }, (_, i) => i / 2);
  const sampling = { temperature: 0.8, topK: 5, topP: 0.97 };
  const sampler = new Sampler(6);
  const uniform = new Uniform(99n);
  const counts = new Float64Array(6);
  const draws = 20_000;
  for (let position = 0; position < draws; position++) {
    const id = sampler.draw(row, sampling, uniform.at(position));
    counts[id] = at(counts, id) + 1 / draws;
  }
  expect(largestDifference(counts, probabilities(row, sampling))).toBeLessThan(0.01);
});

test('finds a token for the extreme uniform numbers', () => {
  const sampler = new Sampler(500);
  const row = Float32Array.from({ length: 500 }, (_, i) => Math.sin(i) * 10);
  for (const sampling of [everything, { temperature: 0.3, topK: 40, topP: 0.9 }]) {
    const support = probabilities(row, sampling);
    expect(sampler.draw(row, sampling, 0.5 / 2 ** 32)).toBe(support.findIndex((p) => p > 0));
    expect(sampler.draw(row, sampling, 1 - 0.5 / 2 ** 32)).toBe(support.findLastIndex((p) => p > 1e-9));
  }
});

test('temperature 0 takes the largest logit, the lowest id on ties', () => {
  const greedy = { temperature: 0, topK: 0, topP: 1 };
  const row = Float32Array.of(1, 3, -2, 3);
  expect(new Sampler(4).draw(row, greedy, 0.7)).toBe(1);
  expect([...probabilities(row, greedy)]).toEqual([0, 1, 0, 0]);
});

test('a temperature near 0 is argmax without overflow', () => {
  expect(new Sampler(3).draw(Float32Array.of(-1e30, 2, 1e30), { temperature: 1e-300, topK: 0, topP: 1 }, 0.5)).toBe(2);
});

test('gives nothing where the logits are no numbers', () => {
  const sampler = new Sampler(2);
  const rows = [
    Float32Array.of(Number.NaN, 1),
    Float32Array.of(Number.POSITIVE_INFINITY, 1),
    new Float32Array(2).fill(Number.NEGATIVE_INFINITY)
  ];
  for (const row of rows) {
    for (const temperature of [0, 1]) expect(sampler.draw(row, { ...everything, temperature }, 0.5)).toBe(-1);
    expect(() => probabilities(row, everything)).toThrow(RangeError);
  }
});

test('what a sampler drew before does not change what it draws', () => {
  const sampler = new Sampler(300);
  const row = Float32Array.from({ length: 300 }, (_, i) => Math.cos(i * i) * 4);
  const sampling = { temperature: 0.9, topK: 60, topP: 0.8 };
  const first = sampler.draw(row, sampling, 0.42);
  sampler.draw(new Float32Array(20).fill(1), { temperature: 2, topK: 3, topP: 0.5 }, 0.9);
  expect(sampler.draw(row, sampling, 0.42)).toBe(first);
});
