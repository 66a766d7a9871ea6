import { Code } from '@janus-mesh/rpc';
import { expect, test } from 'vitest';
import { CodeGrid } from './code-grid.ts';

test('takes codes in pieces of any length and knows which rows are done', () => {
  const grid = new CodeGrid(2, 10);
  grid.add([3]);
  expect([grid.rowsDone, grid.isComplete]).toEqual([0, false]);
  grid.add([9, 0]);
  expect([grid.rowsDone, grid.isComplete]).toEqual([1, false]);
  grid.add([]);
  grid.add([7]);
  expect([grid.rowsDone, grid.isComplete]).toEqual([2, true]);
  expect([...grid.ids]).toEqual([3n, 9n, 0n, 7n]);
  expect(grid.requireComplete()).toBeUndefined();
});

test('a code outside the codebook is refused, naming where it stands, what it is and the largest', () => {
  const grid = new CodeGrid(2, 10);
  grid.add([1]);
  expect(() => grid.add([2, 10])).toThrow(
    expect.objectContaining({
      code: Code.INVALID_ARGUMENT,
      reason: 'CODE_OUT_OF_RANGE',
      violations: [{ field: 'codes.ids[1]', description: 'code 2 of the picture is 10; the largest is 9' }]
    })
  );
});

test('more codes than a picture has are refused', () => {
  const grid = new CodeGrid(2, 10);
  grid.add([1, 2, 3]);
  expect(() => grid.add([4, 5])).toThrow(
    expect.objectContaining({ reason: 'TOO_MANY_CODES', message: 'codes.ids: a picture has 4 codes, 5 came' })
  );
});

test('fewer codes than a picture has are refused at the end', () => {
  const grid = new CodeGrid(2, 10);
  grid.add([1, 2, 3]);
  expect(() => grid.requireComplete()).toThrow(
    expect.objectContaining({ reason: 'TOO_FEW_CODES', message: 'codes.ids: a picture has 4 codes, the request ended after 3' })
  );
});
