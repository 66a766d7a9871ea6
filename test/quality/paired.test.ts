import { expect, test } from 'vitest';
import { pairedDifference } from './paired.ts';

test('a paired difference counts only the cases on which the two disagree', () => {
  const first = [...Array(90).fill(true), ...Array(10).fill(false)];
  const second = first.map((right, i) => (i < 4 ? false : i >= 98 ? true : right)); // loses four, wins two
  const { difference, low, high } = pairedDifference(first, second);
  expect(difference).toBeCloseTo(-0.02, 12);
  // variance of the differences: (6/100 − 0.02²) · 100/99
  const halfWidth = 1.96 * Math.sqrt(((0.06 - 0.0004) * 100) / 99 / 100);
  expect(low).toBeCloseTo(-0.02 - halfWidth, 12);
  expect(high).toBeCloseTo(-0.02 + halfWidth, 12);
});

test('equal verdicts differ by nothing, for certain', () => {
  expect(pairedDifference([true, false], [true, false])).toEqual({ difference: 0, low: 0, high: 0 });
});
