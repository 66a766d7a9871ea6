import { openRuntime } from '@janus-mesh/runtime';
import { expect, test } from 'vitest';
import { RowBuffer } from './row-buffer.ts';

const runtime = openRuntime({ threads: 1 });
const rowsOfThree = () => new RowBuffer(runtime, 'f32', 3, (rows) => [1, rows, 3]);

test('a shape seen before gives the same tensor, over the same memory', () => {
  const buffer = rowsOfThree();
  buffer.reserve(4);
  const value = buffer.value(1, 2);
  expect(value.dims).toEqual([1, 2, 3]);
  expect(buffer.value(1, 2)).toBe(value);
  buffer.array[3] = 7;
  expect([...value.data]).toEqual([7, 0, 0, 0, 0, 0]);
});

test('growing makes new memory and releases the tensors over the old', () => {
  const buffer = rowsOfThree();
  buffer.reserve(1);
  const value = buffer.value(0, 1);
  buffer.reserve(1);
  expect(buffer.value(0, 1)).toBe(value);
  buffer.reserve(5);
  expect(value.isReleased).toBe(true);
  expect(buffer.array).toHaveLength(8 * 3);
});

test('shapes beyond number do not pile up', () => {
  const buffer = rowsOfThree();
  buffer.reserve(512);
  const first = buffer.value(0, 1);
  for (let rows = 2; rows <= 512; rows++) buffer.value(0, rows);
  expect(first.isReleased).toBe(true);
  expect(buffer.value(0, 512).isReleased).toBe(false);
});
