import type { BundleTensor } from '@janus-mesh/networks';
import { expect, test } from 'vitest';
import { matrixRows } from './matrix-rows.ts';
import { SyntheticReader } from './synthetic/synthetic-reader.ts';

const reader = new SyntheticReader(
  [
    { name: 'kernel', dims: [5, 2, 3, 3] },
    { name: 'q', dims: [4, 6] },
    { name: 'k', dims: [3, 6] }
  ],
  1,
  () => undefined
);

async function rowsOf(source: BundleTensor['source'], size: readonly [number, number]): Promise<number[]> {
  const rows: number[] = [];
  for await (const chunk of matrixRows(reader, { name: 'matrix', dtype: 'f32', dims: size, source }, size)) rows.push(...chunk);
  return rows;
}

test('matrices are stacked', async () => {
  const expected = [...(await reader.rows('q')), ...(await reader.rows('k'))];
  expect(await rowsOf({ kind: 'columns', from: ['q', 'k'] }, [6, 7])).toEqual(expected);
});

test('kernels have their channels last', async () => {
  const kernel = await reader.rows('kernel');
  const expected = Array.from({ length: 5 * 18 }, (_, i) => {
    const [out, place, channel] = [Math.floor(i / 18), Math.floor((i % 18) / 2), i % 2];
    return kernel[out * 18 + channel * 9 + place];
  });
  expect(await rowsOf({ kind: 'kernel_columns', from: 'kernel' }, [18, 5])).toEqual(expected);
});

test.each<[string, BundleTensor['source'], readonly [number, number], string]>([
  ['too few columns', { kind: 'columns', from: ['q'] }, [6, 7], 'tensor matrix [6, 7] has 4 columns in the checkpoint'],
  ['too many columns', { kind: 'columns', from: ['q', 'k'] }, [6, 5], "tensor matrix [6, 5] can't have the rows of k as columns"],
  ['rows of another length', { kind: 'columns', from: ['q'] }, [5, 4], "tensor matrix [5, 4] can't have the rows of q as columns"],
  ['a source that is no matrix', { kind: 'copy', from: 'q' }, [6, 4], 'tensor matrix is no matrix of columns']
])('%s are refused', async (_what, source, size, message) => {
  await expect(rowsOf(source, size)).rejects.toThrow(message);
});
