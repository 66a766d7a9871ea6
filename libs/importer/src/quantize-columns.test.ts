import { quantizeRows8 } from '@janus-mesh/tensor';
import { expect, test } from 'vitest';
import { quantizeToColumns } from './quantize-columns.ts';
import { rowsToColumns } from './transpose.ts';

/** Rows of which one is zeros and one has its extremes at both ends of the range. */
function rowsOf(count: number, length: number): Float32Array {
  const rows = Float32Array.from({ length: count * length }, (_, i) => Math.sin(i * 12.9898) * (1 + (i % 13)));
  rows.fill(0, 0, length);
  rows.set([-3, 3], rows.length - length);
  return rows;
}

test.each([
  ['whole words', { count: 8, length: 6, width: 16, firstColumn: 4 }],
  ['more than a tile', { count: 132, length: 130, width: 160, firstColumn: 12 }],
  ['a number of rows that fills no words', { count: 7, length: 70, width: 16, firstColumn: 4 }],
  ['a first column within a word', { count: 8, length: 70, width: 16, firstColumn: 6 }],
  ['a matrix whose rows are no whole words', { count: 8, length: 70, width: 15, firstColumn: 4 }]
])('%s become what rows, quantised and then transposed, are', (_what, { count, length, width, firstColumn }) => {
  const rows = rowsOf(count, length);
  const expected = { values: new Int8Array(rows.length), scales: new Float32Array(count), elements: new Uint8Array(length * width) };
  quantizeRows8(rows, length, expected);
  rowsToColumns(new Uint8Array(expected.values.buffer), length, { elements: expected.elements, width, firstColumn });
  const elements = new Uint8Array(length * width);
  const scales = new Float32Array(count);
  quantizeToColumns(rows, length, { elements, width, firstColumn }, scales);
  expect(scales).toEqual(expected.scales);
  expect(Buffer.from(elements).equals(Buffer.from(expected.elements))).toBe(true);
});
