import { expect, test } from 'vitest';
import { compareLogits, perplexity, pictureDecibels } from './compare-logits.ts';

test('logits that are the same differ in nothing', () => {
  const logits = Float32Array.from({ length: 60 }, (_, i) => Math.sin(i));
  expect(compareLogits(logits, logits, 30)).toEqual({
    cosine: expect.closeTo(1, 12),
    leastCosine: expect.closeTo(1, 12),
    divergence: 0,
    mostDivergence: 0,
    top1: 1,
    top10: 1,
    rows: 2
  });
});

test('means are over rows, and the worst row is told', () => {
  const exact = Float32Array.of(Math.log(3), 0, /**/ Math.log(3), 0);
  const other = Float32Array.of(Math.log(3), 0, /**/ 0, Math.log(3));
  const divergence = 0.75 * Math.log(3) - 0.25 * Math.log(3);
  expect(compareLogits(exact, other, 2)).toEqual({
    cosine: expect.closeTo(0.5, 6),
    leastCosine: 0,
    divergence: expect.closeTo(divergence / 2, 6),
    mostDivergence: expect.closeTo(divergence, 6),
    top1: 0.5,
    top10: 1,
    rows: 2
  });
});

test('the ten most likely are compared as a set', () => {
  const exact = Float32Array.from({ length: 40 }, (_, i) => i);
  const other = exact.map((value, i) => (i === 39 ? -1 : i === 0 ? 50 : value));
  expect(compareLogits(exact, other, 40)).toMatchObject({ top1: 0, top10: expect.closeTo(0.9, 12) });
});

test('logits of other sizes are refused', () => {
  expect(() => compareLogits(new Float32Array(4), new Float32Array(2), 2)).toThrow("4 logits can't be compared with 2, in rows of 2");
});

test('perplexity is the mean inverse probability of the tokens', () => {
  const logits = Float32Array.of(Math.log(3), 0, /**/ 0, 0);
  expect(perplexity(logits, [0, 1], 2)).toBeCloseTo(Math.sqrt((4 / 3) * 2), 6);
});

test('a picture a hundredth of its range off has 40 decibels', () => {
  expect(pictureDecibels(new Float32Array(9), new Float32Array(9).fill(0.02))).toBeCloseTo(40, 4);
});
