import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { networkConfig, openBundle } from '@janus-mesh/bundle';
import { DEFAULT_PICTURE_LIMITS } from '@janus-mesh/image';
import { MappedWeights, openRuntime } from '@janus-mesh/runtime';
import { WorkQueue } from '@janus-mesh/service';
import { bytesOf } from '@janus-mesh/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importTiny, type TinyBundle } from '../../../test/support/tier.ts';
import { PictureFeatures } from './picture-features.ts';
import { Siglip } from './siglip.ts';
import { HeldEncoder } from './testing/held-encoder.ts';

const IMAGES = join(import.meta.dirname, '../../../test/goldens/tiny-pro/images');
const pictureFile = (name: string) => readFileSync(join(IMAGES, name));
const FILES = ['square.png', 'tall.png', 'wide.png', 'photo.png', 'exif.jpg'].map(pictureFile);
const [square, tall, wide] = FILES as [Buffer, Buffer, Buffer];
const FEATURE_BYTES = 16 * 48 * 4;
const never = new AbortController().signal;

let bundle: TinyBundle;
let siglip: Siglip;
let preprocess: ConstructorParameters<typeof PictureFeatures>[1]['preprocess'];

beforeAll(async () => {
  bundle = await importTiny();
  const { weightsPath, tensors, manifest } = await openBundle(bundle.dir);
  const runtime = openRuntime({ threads: 2, spin: false });
  const weights = new MappedWeights(runtime, weightsPath, tensors);
  siglip = await Siglip.load(runtime, weights, networkConfig(manifest));
  weights.release();
  preprocess = manifest.config.preprocess;
});
afterAll(() => {
  siglip?.release();
  bundle?.remove();
});

/** Features over the real network, whose runs a test may hold. */
function newFeatures({ maxBatch = 4, cacheBytes = 0, isHeld = false } = {}) {
  const encoder = new HeldEncoder((pictures, signal) => siglip.encode(pictures, signal));
  if (!isHeld) encoder.open();
  const features = new PictureFeatures(encoder, { revision: 'r', preprocess, limits: DEFAULT_PICTURE_LIMITS, maxBatch, cacheBytes });
  const queue = new WorkQueue(64);
  const of = async (file: Uint8Array, { signal = never, rawOrientation = false } = {}) => {
    const place = queue.enter(signal);
    try {
      return Buffer.from(bytesOf(await features.of(file, { rawOrientation }, place)));
    } finally {
      place.leave();
    }
  };
  return { encoder, features, queue, of };
}

test('pictures that go together have the very features each has alone', async () => {
  const alone = newFeatures({ maxBatch: 1 });
  const expected: Buffer[] = [];
  for (const file of FILES) expected.push(await alone.of(file));
  const { encoder, features, of } = newFeatures({ isHeld: true });
  const together = FILES.map((file) => of(file));
  await expect.poll(() => features.batches.waiting).toBe(4); // the others are decoded while the first runs
  encoder.open();
  expect(await Promise.all(together)).toEqual(expected);
  expect(encoder.batches).toEqual([1, 4]);
});

test('a known picture is not encoded again; the same file read otherwise is another picture', async () => {
  const { encoder, features, of } = newFeatures({ cacheBytes: 1e6 });
  const first = await of(square);
  expect(await of(Buffer.from(square))).toEqual(first);
  await of(square, { rawOrientation: true });
  expect(encoder.batches).toEqual([1, 1]);
  const bytesUsed = BigInt(2 * FEATURE_BYTES);
  expect(features.cache.stats()).toEqual({ hits: 1n, misses: 2n, bytesUsed, bytesBudget: 1_000_000n, entries: 2 });
});

test('the cache stays within its bytes', async () => {
  const { encoder, features, of } = newFeatures({ cacheBytes: 2 * FEATURE_BYTES });
  for (const file of [square, tall, wide, square]) await of(file);
  expect(encoder.batches).toEqual([1, 1, 1, 1]);
  expect(features.cache.stats()).toMatchObject({ hits: 0n, misses: 4n, entries: 2 });
});

test('features of a batch are kept each by itself', async () => {
  const { encoder, features, of, queue } = newFeatures({ cacheBytes: 1e6, isHeld: true });
  const all = [square, tall, wide].map((file) => of(file));
  await expect.poll(() => queue.running).toBe(1);
  encoder.open();
  await Promise.all(all);
  expect(features.cache.stats()).toMatchObject({ bytesUsed: BigInt(3 * FEATURE_BYTES), entries: 3 });
});

test('requests for the same picture at the same time share one run, also without a cache', async () => {
  const { encoder, features, of, queue } = newFeatures({ isHeld: true });
  const all = [of(square), of(square), of(square)];
  await expect.poll(() => [queue.waiting, queue.running]).toEqual([0, 3]);
  encoder.open();
  const [first, ...others] = await Promise.all(all);
  for (const other of others) expect(other).toEqual(first);
  expect([features.batches.runs, features.batches.pictures]).toEqual([1n, 1n]);
  expect([queue.waiting, queue.running]).toEqual([0, 0]);
});

test('the first of those that share a picture may give up: the others get it', async () => {
  const { encoder, of, queue } = newFeatures({ isHeld: true });
  const controller = new AbortController();
  const [first, second] = [of(square, { signal: controller.signal }), of(square)];
  await expect.poll(() => queue.running).toBe(2);
  controller.abort(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  expect([queue.running, encoder.signals[0]?.aborted]).toEqual([1, false]);
  encoder.open();
  expect((await second).length).toBe(FEATURE_BYTES);
});

test('a run is stopped when all have given up, and the picture can be asked for again', async () => {
  const { encoder, of, queue } = newFeatures({ isHeld: true });
  const controller = new AbortController();
  const { signal } = controller;
  const given = [of(square, { signal }), of(square, { signal })];
  await expect.poll(() => queue.running).toBe(2);
  controller.abort(new Error('gone'));
  for (const request of given) await expect(request).rejects.toThrow('gone');
  expect(encoder.signals[0]?.aborted).toBe(true);
  encoder.open();
  expect((await of(square)).length).toBe(FEATURE_BYTES);
});

test('a file that can’t be read is everybody’s failure, and is tried again the next time', async () => {
  const { encoder, features, of } = newFeatures({ cacheBytes: 1e6 });
  const broken = Buffer.from('no picture');
  const results = await Promise.allSettled([of(broken), of(broken)]);
  expect(results).toMatchObject([{ reason: { kind: 'not_a_picture' } }, { reason: { kind: 'not_a_picture' } }]);
  await expect(of(broken)).rejects.toMatchObject({ kind: 'not_a_picture' });
  expect([encoder.batches, features.cache.stats().entries]).toEqual([[], 0]);
});

test('a request that waits can be refused while one runs', async () => {
  const { encoder, of, queue } = newFeatures({ isHeld: true });
  const running = of(square);
  await expect.poll(() => queue.running).toBe(1);
  const waiting = of(tall);
  queue.refuseWaiting();
  await expect(waiting).rejects.toMatchObject({ reason: 'DRAINING' });
  encoder.open();
  expect((await running).length).toBe(FEATURE_BYTES);
  expect(encoder.batches).toEqual([1]);
});
