import type { BundleTensor } from '@janus-mesh/networks';
import { expect, test } from 'vitest';
import { fillingOrder, transposedBytes } from './writing-order.ts';

const copied = (name: string, elements: number): BundleTensor => ({
  name,
  dtype: 'f32',
  dims: [elements],
  source: { kind: 'copy', from: name }
});
const matrix = (name: string, k: number, n: number): BundleTensor => ({
  name,
  dtype: 'f32',
  dims: [k, n],
  source: { kind: 'columns', from: [name] }
});
const computed: BundleTensor = { name: 'palette', dtype: 'u8', dims: [8, 3], source: { kind: 'computed', by: 'palette' } };
const names = (tensors: readonly BundleTensor[]) => tensors.map(({ name }) => name);

test('the largest matrix is the first that is written after the computed tensors, all others in the order of their places', () => {
  const places = [matrix('needed', 9, 9), computed, copied('table', 1000), matrix('a', 4, 4), matrix('head', 8, 8), matrix('b', 8, 8)];
  expect(names(fillingOrder(places))).toEqual(['needed', 'palette', 'head', 'table', 'a', 'b']);
});

test('nothing moves where no matrix is made', () => {
  expect(names(fillingOrder([copied('a', 1), computed, copied('b', 1), copied('c', 2)]))).toEqual(['a', 'palette', 'b', 'c']);
  expect(fillingOrder([])).toEqual([]);
});

test('only what is laid out anew takes memory for matrices', () => {
  const values: BundleTensor = { ...matrix('int8', 4, 8), dtype: 'i8', quantized: { form: 'w8a8', part: 'values' } };
  const blocks: BundleTensor = { ...matrix('blocks', 4, 8), dtype: 'u8', quantized: { form: 'w4', part: 'values' } };
  const scales: BundleTensor = { ...matrix('scales', 1, 8), quantized: { form: 'w8a8', part: 'scales' } };
  expect([copied('table', 9), matrix('f32', 4, 8), values, blocks, scales].map(transposedBytes)).toEqual([0, 128, 32, 0, 0]);
});
