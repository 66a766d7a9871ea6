import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf } from '@janus-mesh/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadNetwork } from './load-network.ts';
import { MappedWeights, type WeightExtent } from './mapped-weights.ts';
import { openRuntime } from './open-runtime.ts';
import { LINEAR } from './testing/graphs.ts';

const runtime = openRuntime({ threads: 2 });
const folder = mkdtempSync(join(tmpdir(), 'weights-'));
const path = join(folder, 'weights.bin');
const tensors = new Map<string, WeightExtent>([
  ['bias', { dtype: 'f32', dims: [2], offset: 64, bytes: 8 }],
  ['w', { dtype: 'f32', dims: [3, 2], offset: 128, bytes: 24 }]
]);

beforeAll(() => {
  const file = new Uint8Array(152);
  file.set(bytesOf(Float32Array.of(10, 20)), 64);
  file.set(bytesOf(Float32Array.of(1, 2, 3, 4, 5, 6)), 128);
  writeFileSync(path, file);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('runs a network on weights that lie in a file, after the file was given back', async () => {
  const weights = new MappedWeights(runtime, path, tensors);
  const session = await loadNetwork(runtime, { model: LINEAR, weights: ['w', 'bias'] }, weights);
  weights.release();
  const call = session.newCall(['x'], ['y']);
  const y = runtime.tensor('f32', [1, 2]);
  call.setInput('x', runtime.tensor('f32', [1, 3], Float32Array.of(1, 1, 1)));
  call.setOutput('y', y);
  await call.run();
  expect([...y.data]).toEqual([19, 32]);
  session.release();
});

test('a weight that the file has not is named', async () => {
  const weights = new MappedWeights(runtime, path, tensors);
  await expect(loadNetwork(runtime, { model: LINEAR, weights: ['w', 'scale'] }, weights)).rejects.toThrow(
    `${path} has no tensor scale among its 2`
  );
  weights.release();
});

test('the bytes of a tensor are those of the file', () => {
  const weights = new MappedWeights(runtime, path, tensors);
  const bias = weights.bytes('bias');
  weights.dropPages();
  expect(bias).toEqual(bytesOf(Float32Array.of(10, 20)));
  weights.release();
});

test('a value is made once, however often it is asked for', () => {
  const weights = new MappedWeights(runtime, path, tensors);
  expect(weights.values(['w']).get('w')).toBe(weights.values(['bias', 'w']).get('w'));
  weights.release();
});
