import { bytesOf, f16ToF32 } from '@janus-mesh/tensor';
import { expect, test } from 'vitest';
import { RowTable } from './row-table.ts';

const COPIED = [0.5, -2, 1.5];

test.each([
  ['f32', Float32Array.of(1, 2, 3, ...COPIED)],
  ['bf16', Uint16Array.of(0, 0, 0, 0x3f00, 0xc000, 0x3fc0)],
  ['f16', Uint16Array.of(0, 0, 0, 0x3800, 0xc000, 0x3e00)]
] as const)('rows stored as %s are copied as f32, exactly', (dtype, data) => {
  const table = RowTable.over('embeddings', { dtype, bytes: bytesOf(data) }, 3);
  const target = new Float32Array(9);
  table.copyRow(1, target, 2);
  expect([...target]).toEqual([0, 0, 0, 0, 0, 0, ...COPIED]);
  expect({ rows: table.rows, bytes: table.bytes }).toEqual({ rows: 2, bytes: data.byteLength });
});

test('a half that is no number stays none, the smallest one stays itself', () => {
  const table = RowTable.over('embeddings', { dtype: 'f16', bytes: bytesOf(Uint16Array.of(0x7e00, 1)) }, 2);
  const target = new Float32Array(2);
  table.copyRow(0, target, 0);
  expect([...target]).toEqual([Number.NaN, f16ToF32(1)]);
});

test('rows that are not there, half rows and other types are refused', () => {
  const table = new RowTable('embeddings', new Float32Array(6), 3);
  for (const row of [-1, 2, 0.5]) expect(() => table.copyRow(row, new Float32Array(3), 0)).toThrow(`embeddings has 2 rows, none at ${row}`);
  expect(() => new RowTable('embeddings', new Float32Array(7), 3)).toThrow('embeddings: 7 values are no whole rows of 3');
  expect(() => RowTable.over('embeddings', { dtype: 'i8', bytes: new Uint8Array(6) }, 3)).toThrow('embeddings is i8: a table of rows is');
});
