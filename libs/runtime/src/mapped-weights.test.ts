import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadNetwork } from './load-network.ts';
import { MappedWeights } from './mapped-weights.ts';
import { openRuntime } from './open-runtime.ts';
import { runCall } from './run-call.ts';
import { LINEAR, productChain } from './testing/graphs.ts';

const runtime = openRuntime({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'mapped-weights-'));
const path = join(folder, 'weights');
const tensors = new Map([
  ['bias', { dtype: 'f32', dims: [2], offset: 64, bytes: 8 } as const],
  ['w', { dtype: 'f32', dims: [3, 2], offset: 128, bytes: 24 } as const],
  ['beyond', { dtype: 'f32', dims: [2], offset: 150, bytes: 8 } as const]
]);

beforeAll(() => {
  const floats = new Float32Array(38);
  floats.set([0.5, -0.5], 16);
  floats.set([1, 2, 3, 4, 5, 6], 32);
  writeFileSync(path, floats);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('gives a network its weights from the file, which may be released while the session lives', async () => {
  const weights = new MappedWeights(runtime, path, tensors);
  const session = await loadNetwork(runtime, { model: LINEAR, weights: ['w', 'bias'] }, weights);
  weights.release();
  const call = session.newCall(['x'], ['y']);
  const y = runtime.tensor('f32', [1, 2]);
  call.setInput('x', runtime.tensor('f32', [1, 3], Float32Array.of(1, 1, 1)));
  call.setOutput('y', y);
  await runCall(call);
  expect([...y.data]).toEqual([9.5, 11.5]);
  session.release();
});

test('makes each value once, and shows the bytes of a tensor', () => {
  const weights = new MappedWeights(runtime, path, tensors);
  expect(weights.values(['w']).get('w')).toBe(weights.values(['w', 'bias']).get('w'));
  expect(weights.bytes('bias')).toEqual(new Uint8Array(Float32Array.of(0.5, -0.5).buffer));
  weights.release();
});

test('names a tensor that is missing or ends beyond the file', () => {
  const weights = new MappedWeights(runtime, path, tensors);
  expect(() => weights.values(['w', 'absent'])).toThrow('no tensor absent among the 3 of the weight file');
  expect(() => weights.bytes('beyond')).toThrow('tensor beyond ends at byte 158 of a weight file of 152 bytes');
  weights.release();
});

test('a run ends with the reason of its signal', async () => {
  const session = await runtime.createSession({ model: productChain(512, 1000) });
  const call = session.newCall(['x', 'w'], ['y']);
  call.setInput('x', runtime.tensor('f32', [512, 512]));
  call.setInput('w', runtime.tensor('f32', [512, 512]));
  call.setOutput('y', runtime.tensor('f32', [512, 512]));
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('the caller left')), 20);
  const start = performance.now();
  await expect(runCall(call, controller.signal)).rejects.toThrow('the caller left');
  expect(performance.now() - start).toBeLessThan(2000);
  await expect(runCall(call, controller.signal)).rejects.toThrow('the caller left');
  session.release();
});
