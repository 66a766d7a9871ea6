import { expect, test } from 'vitest';
import { aligner } from './aligner.ts';
import { bundleTensors } from './bundle-tensors.ts';
import { codeEmbedder } from './code-embedder.ts';
import { codecDecoder } from './codec-decoder.ts';
import { codecEncoder } from './codec-encoder.ts';
import { codeHead, textHead } from './heads.ts';
import { packedStep } from './packed-step.ts';
import { siglipEncoder } from './siglip-encoder.ts';
import { goldenModel } from './testing/index.ts';

const { config, canonical } = goldenModel();
const tensors = bundleTensors(config);

test('every canonical tensor goes into the bundle exactly once', () => {
  const used = tensors.flatMap(({ source }) => ('from' in source ? source.from : []));
  expect(used.toSorted()).toEqual([...canonical.keys()].toSorted());
});

test('names are unique, and computed tensors come last', () => {
  expect(new Set(tensors.map(({ name }) => name)).size).toBe(tensors.length);
  expect(tensors.slice(-2).map(({ name, source }) => [name, source])).toEqual([
    ['text.code_table', { kind: 'computed', by: 'code_table' }],
    ['codec.palette', { kind: 'computed', by: 'palette' }]
  ]);
});

test('every tensor is read by a network, or row by row by who runs one', () => {
  const networks = [siglipEncoder, aligner, codeEmbedder, textHead, codeHead, codecEncoder, codecDecoder].map((build) => build(config));
  const read = new Set([...networks, packedStep(config, { slots: 2 })].flatMap(({ weights }) => weights));
  const unread = tensors.map(({ name }) => name).filter((name) => !read.has(name));
  expect(unread).toEqual(['text.embed', 'text.code_table', 'codec.palette']);
});

test('grouped key and value heads make the fused matrix narrower', () => {
  const grouped = { ...config, text: { ...config.text, heads: 6, kvHeads: 2, headDim: 8, hiddenSize: 40 } };
  const dims = new Map(bundleTensors(grouped).map((tensor) => [tensor.name, tensor.dims]));
  expect(dims.get('text.layers.0.qkv')).toEqual([40, (6 + 2 * 2) * 8]);
  expect(dims.get('text.layers.0.o')).toEqual([48, 40]);
});
