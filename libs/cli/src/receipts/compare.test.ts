import { expect, test } from 'vitest';
import { causesOf, firstDifference } from './compare.ts';

const hashes = (...all: [number, string][]) => all.map(([position, hash]) => ({ position, hash }));
const result = { ids: [5, 6, 7], logitHashes: hashes([0, 'aa'], [1, 'bb']) };

test('the same ids and logit hashes are no difference', () => {
  expect(firstDifference(result, structuredClone(result))).toBeUndefined();
});

test('the first id that differs is named with its position and both ids', () => {
  expect(firstDifference(result, { ...result, ids: [5, 9, 8] })).toEqual({ ids: { position: 1, was: 6, is: 9 } });
});

test('a result that ends early or goes on differs where one of them has no id', () => {
  expect(firstDifference(result, { ...result, ids: [5, 6] })).toEqual({ ids: { position: 2, was: 7, is: undefined } });
  expect(firstDifference({ ...result, ids: [] }, result)).toEqual({ ids: { position: 0, was: undefined, is: 5 } });
});

test('logits may differ though all ids are the same', () => {
  const other = { ...result, logitHashes: hashes([0, 'aa'], [1, 'cc']) };
  expect(firstDifference(result, other)).toEqual({ logits: { position: 1, was: 'bb', is: 'cc' } });
});

test('a hash that only one of the results reaches says nothing', () => {
  expect(firstDifference(result, { ...result, logitHashes: hashes([0, 'aa'], [7, 'dd']) })).toBeUndefined();
});

const fingerprint = { onnxruntime: '1.30.0', isa: 'x64-avx2', prefillChunk: 64, digest: 'd1' };

test('another revision and each field of the numerics that changed explain a difference; the digest only where no field does', () => {
  const was = { revision: 'r1', fingerprint };
  expect(causesOf(was, { revision: 'r2', fingerprint: { ...fingerprint, isa: 'arm64', digest: 'd2' } })).toEqual([
    { field: 'revision', was: 'r1', is: 'r2' },
    { field: 'fingerprint.isa', was: 'x64-avx2', is: 'arm64' }
  ]);
  expect(causesOf(was, { ...was, fingerprint: { ...fingerprint, digest: 'd3' } })).toEqual([
    { field: 'fingerprint.digest', was: 'd1', is: 'd3' }
  ]);
  expect(causesOf(was, structuredClone(was))).toEqual([]);
});
