import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, type DType, f16ToF32 } from '@janus-mesh/tensor';
import { expect, onTestFinished, test } from 'vitest';
import { StoredTable } from './stored-table.ts';

const COPIED = [0.5, -2, 1.5];
/** So many bytes come before the table. */
const OFFSET = 12;

function stored(dtype: DType, data: Float32Array | Uint16Array, width: number) {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-test-'));
  const path = join(folder, 'weights');
  writeFileSync(path, Buffer.concat([new Uint8Array(OFFSET), bytesOf(data)]));
  const table = new StoredTable(path, 'embeddings', { dtype, dims: [data.length / width, width], offset: OFFSET, bytes: data.byteLength });
  onTestFinished(() => {
    table.release();
    rmSync(folder, { recursive: true });
  });
  return { table, path };
}

test.each([
  ['f32', Float32Array.of(1, 2, 3, ...COPIED)],
  ['bf16', Uint16Array.of(0, 0, 0, 0x3f00, 0xc000, 0x3fc0)],
  ['f16', Uint16Array.of(0, 0, 0, 0x3800, 0xc000, 0x3e00)]
] as const)('rows stored as %s are copied as f32, exactly', (dtype, data) => {
  const target = new Float32Array(9);
  stored(dtype, data, 3).table.copyRow(1, target, 2);
  expect([...target]).toEqual([0, 0, 0, 0, 0, 0, ...COPIED]);
});

test('a half that is no number stays none, the smallest one stays itself', () => {
  const target = new Float32Array(2);
  stored('f16', Uint16Array.of(0x7e00, 1), 2).table.copyRow(0, target, 0);
  expect([...target]).toEqual([Number.NaN, f16ToF32(1)]);
});

test('rows that are not there are refused', () => {
  const { table } = stored('f32', new Float32Array(6), 3);
  for (const row of [-1, 2, 0.5]) expect(() => table.copyRow(row, new Float32Array(3), 0)).toThrow(`embeddings has 2 rows, none at ${row}`);
});

test('other types and bytes that are no whole table are refused', () => {
  const extent = { dims: [2, 3], offset: 0, bytes: 6 };
  expect(() => new StoredTable('none', 'embeddings', { ...extent, dtype: 'i8' })).toThrow('embeddings is i8: a table of rows is');
  expect(() => new StoredTable('none', 'embeddings', { ...extent, dtype: 'f32' })).toThrow('embeddings: 6 bytes are no table of f32 [2,3]');
});

test('a file that was cut short is told, and no row of it is made up', () => {
  const { table, path } = stored('f32', new Float32Array(6), 3);
  truncateSync(path, OFFSET + 20);
  expect(() => table.copyRow(1, new Float32Array(3), 0)).toThrow('embeddings: the weight file ends within row 1, at byte 32');
});

test('released twice it closes no file of others, and it is not read any more', () => {
  const { table, path } = stored('f32', new Float32Array(6), 3);
  table.release();
  const others = openSync(path, 'r'); // has the number that was the table's
  table.release();
  expect(() => table.copyRow(0, new Float32Array(3), 0)).toThrow('embeddings was used after it was released');
  closeSync(others);
});
