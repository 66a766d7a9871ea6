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
  [47, [47]],
  [48, [48]],
  [33, [31, 2]],
  [49, [47, 2]],
  [81, [48, 31, 2]],
  [50, [48, 2]],
  [96, [48, 48]],
  [97, [48, 47, 2]],
  [98, [48, 48, 2]],
  [145, [48, 48, 40, 9]],
  [137, [48, 48, 39, 2]],
  [305, [48, 48, 40, 40, 40, 40, 40, 9]]
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
  expect([0, 85, 86, 307, 308, 640, 1024, 1536, 4000].map((start) => chunkEnd(start, 5000) - start)).toEqual([
    48, 48, 40, 40, 32, 32, 24, 16, 16
  ]);
  expect(chunkCount(1000, 1100)).toBe(5); // 24, 24, 24, 24, 4
});
