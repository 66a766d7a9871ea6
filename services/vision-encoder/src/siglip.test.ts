import { join } from 'node:path';
import { networkConfig, openBundle } from '@janus-mesh/bundle';
import { MappedWeights, openRuntime } from '@janus-mesh/runtime';
import { bytesOf } from '@janus-mesh/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { floats, readSafetensors } from '../../../test/support/safetensors.ts';
import { importTiny, type TinyBundle } from '../../../test/support/tier.ts';
import { Siglip } from './siglip.ts';

const GOLDENS = join(import.meta.dirname, '../../../test/goldens/tiny-pro');
const preprocessed = readSafetensors(join(GOLDENS, 'expected/preprocess.safetensors'));
const picture = (name: string) => floats(preprocessed, `${name}/pixel_values`);

let bundle: TinyBundle;
let siglip: Siglip;

beforeAll(async () => {
  bundle = await importTiny();
  const { weightsPath, tensors, manifest } = await openBundle(bundle.dir);
  const runtime = openRuntime({ threads: 2, spin: false });
  const weights = new MappedWeights(runtime, weightsPath, tensors);
  siglip = await Siglip.load(runtime, weights, networkConfig(manifest));
  weights.release();
});
afterAll(() => {
  siglip?.release();
  bundle?.remove();
});

test('a picture in a batch has the very features it has alone', async () => {
  const pictures = ['wide', 'tall', 'photo'].map(picture);
  const together = await siglip.encode(pictures);
  for (const [i, pixels] of pictures.entries()) {
    const [alone] = await siglip.encode([pixels]);
    expect(Buffer.compare(bytesOf(alone as Float32Array), bytesOf(together[i] as Float32Array))).toBe(0);
  }
});

test('an aborted run stops and the next one is right', async () => {
  const batch = Array.from({ length: 256 }, () => picture('wide'));
  const controller = new AbortController();
  const run = siglip.encode(batch, controller.signal);
  setImmediate(() => controller.abort(new Error('gone')));
  await expect(run).rejects.toThrow('gone');
  const golden = floats(readSafetensors(join(GOLDENS, 'expected/vision.safetensors')), 'features/wide');
  const [features] = await siglip.encode([picture('wide')]);
  expect((features as Float32Array).every((value, i) => Math.abs(value - (golden[i] as number)) < 1e-4)).toBe(true);
});

test('warms up', async () => {
  await expect(siglip.warmUp()).resolves.toBeUndefined();
  await expect(siglip.warmUp(AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
});
