import { expect, test } from 'vitest';
import { chunkCount, chunkEnd, PREFILL_CHUNK } from './chunk-grid.ts';

function chunks(length: number): number[] {
  const sizes: number[] = [];
  for (let start = 0; start < length; start = chunkEnd(start, length)) sizes.push(chunkEnd(start, length) - start);
  return sizes;
}

test.each([
  [1, [1]],
  [2, [2]],
  [63, [63]],
  [64, [64]],
  [33, [31, 2]],
  [65, [63, 2]],
  [97, [64, 31, 2]],
  [66, [64, 2]],
  [128, [64, 64]],
  [129, [64, 63, 2]],
  [130, [64, 64, 2]],
  [193, [64, 64, 56, 9]],
  [185, [64, 64, 55, 2]],
  [305, [64, 64, 56, 48, 48, 25]]
])('cuts a prompt of %i tokens into %j', (length, sizes) => {
  expect(chunks(length)).toEqual(sizes);
});

test('never makes a chunk of one from a longer prompt, and covers every token once', () => {
  for (let length = 2; length <= 600; length++) {
    const sizes = chunks(length);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(PREFILL_CHUNK);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(length);
    expect(sizes.filter((size) => size % 32 === 1)).toEqual([]);
    expect(chunkCount(0, length)).toBe(sizes.length);
  }
});

test('makes chunks shorter the more tokens lie before them, wherever a prompt is taken up', () => {
  expect([0, 127, 128, 256, 512, 1024, 1536, 4000].map((start) => chunkEnd(start, 5000) - start)).toEqual([64, 64, 56, 48, 40, 32, 24, 16]);
  expect(chunkCount(1000, 1100)).toBe(4); // 32, 24, 24, 20
});
