import { f32View } from '@janus-mesh/tensor';
import { expect, test } from 'vitest';
import { featureChunks } from './feature-chunks.ts';

const features = (rows: number, width: number) => Float32Array.from({ length: rows * width }, (_, i) => i);

test('the features of a published picture come in whole rows of at most 1 MiB', () => {
  const chunks = [...featureChunks(features(576, 1024), 576)];
  expect(chunks.map((chunk) => [chunk.firstRow, chunk.rows?.dims, chunk.totalRows])).toEqual([
    [0, [256, 1024], 576],
    [256, [256, 1024], 576],
    [512, [64, 1024], 576]
  ]);
  expect(chunks.map((chunk) => chunk.rows?.data.byteLength)).toEqual([1 << 20, 1 << 20, 1 << 18]);
});

test('the chunks put together are the features', () => {
  const all = features(7, 3);
  const chunks = [...featureChunks(all, 7, 2 * 3 * 4)];
  expect(chunks.map((chunk) => chunk.firstRow)).toEqual([0, 2, 4, 6]);
  expect(chunks.flatMap((chunk) => [...f32View(chunk.rows?.data ?? new Uint8Array())])).toEqual([...all]);
});

test('a row wider than a chunk still goes whole', () => {
  const chunks = [...featureChunks(features(2, 8), 2, 16)];
  expect(chunks.map((chunk) => chunk.rows?.dims)).toEqual([
    [1, 8],
    [1, 8]
  ]);
});
