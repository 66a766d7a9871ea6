import { readFileSync } from 'node:fs';
import { VERSION } from '@janus-mesh/contracts';
import { expect, test } from 'vitest';
import { tierInfo } from './tier-info.ts';

const sources = {
  manifest: { revision: 'abc', name: 'tiny', quantization: { scheme: 'f32' }, weights: { sha256: '0123456789' } },
  runtime: { version: '1.30.0', provider: 'cpu', threads: 2 },
  config: { diagnostics: true },
  isa: 'x64-avx2'
};

test('a tier says what it serves, how it computes and how it is set up', () => {
  expect(tierInfo(sources)).toMatchObject({
    revision: 'abc',
    modelName: 'tiny',
    version: VERSION,
    diagnostics: true,
    threads: 2,
    fingerprint: { onnxruntime: '1.30.0', provider: 'cpu', isa: 'x64-avx2', quantization: 'f32', kvCache: '', prefillChunk: 0 }
  });
});

test('what only the transformer has becomes part of its fingerprint', () => {
  const transformer = tierInfo({ ...sources, numerics: { kvCache: 'f32', prefillChunk: 64 } });
  expect(transformer.fingerprint).toMatchObject({ kvCache: 'f32', prefillChunk: 64 });
  expect(transformer.fingerprint?.digest).not.toBe(tierInfo(sources).fingerprint?.digest);
});

test('quantised weights are told by their sum: one checkpoint can be quantised in more than one way', () => {
  const { fingerprint } = tierInfo({ ...sources, manifest: { ...sources.manifest, quantization: { scheme: 'w8a8' } } });
  expect(fingerprint?.quantization).toBe('w8a8-01234567');
});

test('the version is that of the packages', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(VERSION).toBe(manifest.version);
});
