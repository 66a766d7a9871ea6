import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EncodeRequest, VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import { type Client, Code, connect } from '@janus-mesh/rpc';
import { seededRandom } from '@janus-mesh/tensor/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { freezableProxy } from '../../../libs/rpc/src/testing/freezable-proxy.ts';
import { rawCall } from '../../../libs/rpc/src/testing/raw-call.ts';
import { importTiny, startTier, type TestTier, type TinyBundle } from '../../../test/support/tier.ts';
import { encodePicture } from '../../../test/support/tier-calls.ts';
import { visionEncoder } from './service.ts';

type Encoder = Client<VisionEncoderServiceDefinition>;

const IMAGES = join(import.meta.dirname, '../../../test/goldens/tiny-pro/images');
const FILES = ['square.png', 'tall.png', 'wide.png', 'photo.png', 'rgba.png'].map((name) => readFileSync(join(IMAGES, name)));
const ENCODE = 'janus.tier.v1.VisionEncoderService/Encode';

let bundle: TinyBundle;
let expected: Float32Array[];

beforeAll(async () => {
  bundle = await importTiny();
  const tier = await startTier(visionEncoder, VisionEncoderServiceDefinition, bundle, { JANUS_MESH_BATCH: '1' });
  expected = [];
  for (const picture of FILES) expected.push(await encode(tier.client, picture));
  await tier.stop();
});
afterAll(() => bundle?.remove());

async function start(variables: Record<string, string> = {}): Promise<TestTier<VisionEncoderServiceDefinition>> {
  const tier = await startTier(visionEncoder, VisionEncoderServiceDefinition, bundle, variables);
  onTestFinished(() => tier.stop());
  return tier;
}

async function encode(client: Encoder, picture: Uint8Array): Promise<Float32Array> {
  return (await encodePicture(client, { revision: bundle.revision, picture })).values;
}

const startMessage = (): EncodeRequest => ({ message: { $case: 'start', value: { revision: bundle.revision } } });
const chunk = (value: Uint8Array): EncodeRequest => ({ message: { $case: 'chunk', value } });
const onWire = (...requests: EncodeRequest[]) => requests.map((request) => EncodeRequest.encode(request).finish());

/** An upload that never comes to its end. */
async function* halfAnUpload(): AsyncGenerator<EncodeRequest> {
  yield startMessage();
  yield chunk(new Uint8Array(1000));
  await new Promise(() => {});
}

/** Waits until so many requests wait and run. */
async function depthIs(client: Encoder, queued: number, running: number): Promise<void> {
  const depth = async () => {
    const { tier } = await client.getVisionEncoderStats({});
    return [tier?.queued, tier?.running];
  };
  await expect.poll(depth, { timeout: 5_000, interval: 10 }).toEqual([queued, running]);
}

test('many different pictures at once: each gets its own features, and each is encoded once', async () => {
  const { client } = await start();
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => encode(client, FILES[i % 5] as Buffer)));
  expect(answers.every((features, i) => Buffer.compare(Buffer.from(features.buffer), bytes(expected[i % 5])) === 0)).toBe(true);
  const stats = await client.getVisionEncoderStats({});
  expect(stats.pictures).toBe(5n);
  expect(stats.runs).toBeLessThanOrEqual(5n);
  expect(stats.cache).toMatchObject({ entries: 5, bytesUsed: BigInt(5 * 16 * 48 * 4), bytesBudget: BigInt(128 << 20) });
  expect((stats.cache?.hits ?? 0n) + (stats.cache?.misses ?? 0n)).toBe(40n);
});

test('a cache of 0 bytes keeps nothing', async () => {
  const { client } = await start({ JANUS_MESH_FEATURE_CACHE_BYTES: '0' });
  for (let n = 0; n < 2; n++) await encode(client, FILES[0] as Buffer);
  expect(await client.getVisionEncoderStats({})).toMatchObject({
    runs: 2n,
    pictures: 2n,
    cache: { hits: 0n, entries: 0, bytesBudget: 0n }
  });
});

test('callers that give up at any moment leave nothing behind, and change nothing for the others', async () => {
  const seed = randomInt(2 ** 31);
  const random = seededRandom(seed);
  const { client } = await start({ JANUS_MESH_FEATURE_CACHE_BYTES: '0', JANUS_MESH_QUEUE_LIMIT: '200' });
  const requests = Array.from({ length: 100 }, async (_, i) => {
    await sleep(random() * 100);
    const controller = new AbortController();
    if (i % 4 !== 0) setTimeout(() => controller.abort(), random() * 30);
    const requests = (async function* () {
      yield startMessage();
      yield chunk(FILES[i % 5] as Buffer);
    })();
    const parts: Uint8Array[] = [];
    for await (const { rows } of client.encode(requests, { signal: controller.signal })) parts.push(rows?.data ?? new Uint8Array());
    return Buffer.concat(parts).equals(bytes(expected[i % 5]));
  });
  const ends = await Promise.allSettled(requests);
  const kept = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  const codes = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []));
  expect(kept.length, `seed ${seed}`).toBeGreaterThanOrEqual(25);
  expect(new Set(kept), `seed ${seed}`).toEqual(new Set([true]));
  expect(new Set(codes), `seed ${seed}`).toEqual(new Set([Code.CANCELLED]));
  await depthIs(client, 0, 0);
  expect(await encode(client, FILES[0] as Buffer)).toEqual(expected[0]);
});

test('a caller that does not read its features is cut off after the limit; others do not notice', async () => {
  const { client, address } = await start({ JANUS_MESH_UNREAD_STREAM_SECONDS: '0.3' });
  const { stream } = rawCall(address, ENCODE, { window: 200, messages: onWire(startMessage(), chunk(FILES[0] as Buffer)) });
  for (const [i, picture] of FILES.entries()) expect(await encode(client, picture)).toEqual(expected[i]);
  await depthIs(client, 0, 0);
  await expect.poll(() => stream.rstCode, { timeout: 5_000 }).toBe(8);
});

test.each(['cut', 'freeze'] as const)('a caller whose connection ends in its upload gives its place up (%s)', async (end) => {
  const { client, address } = await start({ JANUS_MESH_KEEPALIVE_SECONDS: '0.2', JANUS_MESH_KEEPALIVE_TIMEOUT_SECONDS: '0.2' });
  const proxy = await freezableProxy(Number(address.split(':')[1]));
  const far = connect(VisionEncoderServiceDefinition, proxy.address);
  onTestFinished(far.close);
  const upload = far.client.encode(halfAnUpload())[Symbol.asyncIterator]().next();
  upload.catch(() => {});
  await depthIs(client, 1, 0);
  proxy[end]();
  await depthIs(client, 0, 0);
  expect((await client.getVisionEncoderStats({})).tier).toMatchObject({ completed: 0n, failed: 1n });
});

test('a shutdown refuses an upload at once', async () => {
  const tier = await startTier(visionEncoder, VisionEncoderServiceDefinition, bundle);
  const upload = tier.client.encode(halfAnUpload())[Symbol.asyncIterator]().next();
  upload.catch(() => {});
  await depthIs(tier.client, 1, 0);
  const stopped = tier.shutDown();
  await expect(upload).rejects.toMatchObject({ code: Code.UNAVAILABLE, reason: 'DRAINING', retryAfterMs: expect.any(Number) });
  await stopped;
});

function bytes(features: Float32Array | undefined): Buffer {
  return Buffer.from(features?.buffer ?? new ArrayBuffer(0), features?.byteOffset, features?.byteLength);
}
