import { expect, test } from 'vitest';
import { AlignedRows } from './aligned-rows.ts';

test('a row is copied to where it belongs in a step', () => {
  const target = new Float32Array(9);
  new AlignedRows(Float32Array.of(1, 2, 3, 4, 5, 6), 3).copyRow(1, target, 2);
  expect([...target]).toEqual([0, 0, 0, 0, 0, 0, 4, 5, 6]);
});

test('rows that are not there and half rows are refused', () => {
  const features = new AlignedRows(new Float32Array(6), 3);
  for (const row of [-1, 2, 0.5])
    expect(() => features.copyRow(row, new Float32Array(3), 0)).toThrow(`aligned features have 2 rows, none at ${row}`);
  expect(() => new AlignedRows(new Float32Array(7), 3)).toThrow('aligned features: 7 values are no whole rows of 3');
});
