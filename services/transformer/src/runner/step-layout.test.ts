import { expect, test } from 'vitest';
import type { Head, StepSlice } from '../engine/model-runner.ts';
import { layOutStep } from './step-layout.ts';

const slice = (count: number, head: Head, logits: StepSlice['logits']): StepSlice => ({
  kv: { capacity: 64, bytes: 0 },
  past: 0,
  tokens: Array.from({ length: count }, () => ({ kind: 'id', id: 0 })),
  head,
  logits
});

test('tokens lie slot after slot, wanted rows head after head', () => {
  const slices = [slice(3, 'codes', 'last'), slice(2, 'text', 'all'), slice(4, 'text', 'none'), slice(1, 'text', 'last')];
  expect(layOutStep(slices, [2, 0, 3, 1], false)).toEqual({
    tokens: 10,
    padding: 0,
    starts: [3, 0, 6, 2],
    wanted: [0, 1, 2, 5],
    rows: [
      { first: 3, count: 1 },
      { first: 0, count: 2 },
      { first: 2, count: 0 },
      { first: 2, count: 1 }
    ],
    heads: { text: { first: 0, count: 3 }, codes: { first: 3, count: 1 } }
  });
});

test('where rows must be even, those of the step and of each head are', () => {
  const slices = [slice(3, 'codes', 'last'), slice(2, 'text', 'all'), slice(1, 'text', 'last'), slice(1, 'text', 'none')];
  const { tokens, padding, wanted, rows, heads } = layOutStep(slices, [0, 1, 2, 3], true);
  expect([tokens, padding]).toEqual([7, 1]);
  expect(wanted).toEqual([3, 4, 5, 5, /**/ 2, 2]);
  expect(heads).toEqual({ text: { first: 0, count: 4 }, codes: { first: 4, count: 2 } });
  expect(rows.map(({ first, count }) => wanted.slice(first, first + count))).toEqual([[2], [3, 4], [5], []]);
  expect(layOutStep(slices.slice(0, 3), [0, 1, 2], true).padding).toBe(0);
});
