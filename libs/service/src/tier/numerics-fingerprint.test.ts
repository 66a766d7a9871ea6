import { expect, test } from 'vitest';
import { numericsFingerprint } from './numerics-fingerprint.ts';

const numerics = { onnxruntime: '1.30.0', provider: 'cpu', isa: 'x64-avx2', quantization: 'f32' };

test('the digest is the start of the sha256 of the fields, one a line', () => {
  // printf '1.30.0\ncpu\nx64-avx2\nf32\n\n0' | sha256sum
  expect(numericsFingerprint(numerics)).toEqual({ ...numerics, kvCache: '', prefillChunk: 0, digest: '6ab6d73c003e7e86' });
});

test('any field changes the digest', () => {
  const variants = [numerics, { ...numerics, isa: 'x64-avx512' }, { ...numerics, kvCache: 'f32' }, { ...numerics, prefillChunk: 64 }];
  expect(new Set(variants.map((variant) => numericsFingerprint(variant).digest)).size).toBe(variants.length);
});
