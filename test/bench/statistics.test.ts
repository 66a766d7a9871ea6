import { describe, expect, test } from 'vitest';
import { median, quantile, slope, spread } from './statistics.ts';

describe('the statistics of the bench', () => {
  test('take the middle sample, or the middle between two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  test('take quantiles between samples in proportion', () => {
    expect(quantile([10, 20, 30, 40, 50], 0.99)).toBeCloseTo(49.6, 10);
    expect(spread([1, 2, 3, 4, 5])).toEqual({ median: 3, low: 2, high: 4 });
  });

  test('refuse to say anything of nothing', () => {
    expect(() => median([])).toThrow('no samples');
    expect(() =>
      slope([
        [1, 1],
        [2, 2]
      ])
    ).toThrow('2 points: a slope with its uncertainty needs three');
    expect(() =>
      slope([
        [1, 1],
        [1, 2],
        [1, 3]
      ])
    ).toThrow('all points at the same x have no slope');
  });

  test('give an exact line its slope and no uncertainty', () => {
    const points = [0, 1, 2, 3].map((x) => [x, 5 - 2 * x] as const);
    const { slope: value, upper } = slope(points);
    expect(value).toBeCloseTo(-2, 12);
    expect(upper).toBeCloseTo(-2, 6);
  });

  test('bound the slope of scattered points as statistics packages do', () => {
    // scipy.stats.linregress: slope 0.7, stderr 0.331662; t(0.975, 3) = 3.18245
    const { slope: value, upper } = slope([
      [1, 2],
      [2, 1],
      [3, 4],
      [4, 3],
      [5, 4.5]
    ]);
    expect(value).toBeCloseTo(0.7, 10);
    expect(upper).toBeCloseTo(0.7 + 3.18245 * 0.331662, 3);
  });

  test('know Student: with 28 degrees of freedom 2.0484', () => {
    const points = Array.from({ length: 30 }, (_, x) => [x, x % 2] as const);
    const { slope: value, upper } = slope(points);
    const residual = points.reduce((sum, [x, y]) => sum + (y - 0.5 - value * (x - 14.5)) ** 2, 0);
    const squares = points.reduce((sum, [x]) => sum + (x - 14.5) ** 2, 0);
    expect((upper - value) / Math.sqrt(residual / 28 / squares)).toBeCloseTo(2.0484, 3);
  });
});
