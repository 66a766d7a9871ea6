import { expect, test } from 'vitest';
import { rowsToColumns } from './transpose.ts';

test.each([
  [1, 1],
  [3, 5],
  [32, 32],
  [33, 70],
  [100, 31]
])('%i rows of %i become columns, bit for bit', (count, length) => {
  const rows = Uint32Array.from({ length: count * length }, (_, i) => (i * 2_654_435_761) >>> 0);
  const [width, firstColumn] = [count + 7, 4];
  const elements = new Uint32Array(length * width);
  rowsToColumns(rows, length, { elements, width, firstColumn });
  for (let j = 0; j < length; j++) {
    for (let i = 0; i < width; i++) {
      const isWritten = i >= firstColumn && i < firstColumn + count;
      expect(elements[j * width + i]).toBe(isWritten ? rows[(i - firstColumn) * length + j] : 0);
    }
  }
});

test('bits that are no number stay as they are', () => {
  const elements = new Uint32Array(2);
  rowsToColumns(Uint32Array.of(0x7fa00001, 0xffffffff), 2, { elements, width: 1, firstColumn: 0 });
  expect([...elements]).toEqual([0x7fa00001, 0xffffffff]);
});
