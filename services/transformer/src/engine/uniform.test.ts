import { expect, test } from 'vitest';
import { Uniform } from './uniform.ts';

test('takes the first Philox word of the position, moved to the middle of its interval', () => {
  expect(new Uniform(0n).at(0)).toBe((0x6627e8d5 + 0.5) / 2 ** 32);
});

test('takes the low half of the seed as the first word of the key and the high half as the second', () => {
  const seed = 0x299f31d0_a4093822n;
  expect(new Uniform(seed).at(1)).toBe(new Uniform(seed + (1n << 64n)).at(1));
  expect(new Uniform(seed).at(1)).not.toBe(new Uniform(0xa4093822_299f31d0n).at(1));
});

test('gives the same number for the same position, in any order', () => {
  const forwards = new Uniform(7n);
  const backwards = new Uniform(7n);
  const numbers = [0, 1, 2, 3].map((position) => forwards.at(position));
  expect([3, 2, 1, 0].map((position) => backwards.at(position)).reverse()).toEqual(numbers);
  expect(new Set(numbers).size).toBe(4);
});

test('is spread evenly over (0, 1)', () => {
  const uniform = new Uniform(12345n);
  const bins = new Array(10).fill(0);
  for (let position = 0; position < 10_000; position++) bins[Math.floor(uniform.at(position) * 10)]++;
  for (const count of bins) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
