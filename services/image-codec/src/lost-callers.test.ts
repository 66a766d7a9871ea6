import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DecodeRequest, ImageCodecServiceDefinition, type TokenizeRequest } from '@janus-mesh/contracts';
import { Code, connect } from '@janus-mesh/rpc';
import { seededRandom } from '@janus-mesh/tensor/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { freezableProxy } from '../../../libs/rpc/src/testing/freezable-proxy.ts';
import { rawCall } from '../../../libs/rpc/src/testing/raw-call.ts';
import { importTiny, startTier, type TestTier, type TinyBundle } from '../../../test/support/tier.ts';
import { decodeCodes } from '../../../test/support/tier-calls.ts';
import { imageCodec } from './service.ts';

type Tier = TestTier<ImageCodecServiceDefinition>;

const ids = Array.from({ length: 16 }, (_, i) => i * 11);

let bundle: TinyBundle;

beforeAll(async () => {
  bundle = await importTiny();
});
afterAll(() => bundle?.remove());

async function start(variables: Record<string, string> = {}): Promise<Tier> {
  const tier = await startTier(imageCodec, ImageCodecServiceDefinition, bundle, variables);
  onTestFinished(() => tier.stop());
  return tier;
}

const startMessage = (previewRows = 0): DecodeRequest => ({
  message: { $case: 'start', value: { revision: bundle.revision, previewRows } }
});
const codes = (values: number[]): DecodeRequest => ({ message: { $case: 'codes', value: { ids: values } } });

async function* halfADrawing(): AsyncGenerator<DecodeRequest> {
  yield startMessage();
  yield codes(ids.slice(0, 7));
  await new Promise(() => {});
}

async function* halfAnUpload(): AsyncGenerator<TokenizeRequest> {
  yield { message: { $case: 'start', value: { revision: bundle.revision } } };
  yield { message: { $case: 'chunk', value: new Uint8Array(1000) } };
  await new Promise(() => {});
}

async function decode({ client }: Tier): Promise<Buffer> {
  const { picture } = await decodeCodes(client, { revision: bundle.revision, ids });
  return Buffer.from(picture.data);
}

async function stats({ client }: Tier) {
  return (await client.getImageCodecStats({})).tier;
}

test('callers that give up at any moment leave nothing behind, and change nothing for the others', async () => {
  const seed = randomInt(2 ** 31);
  const random = seededRandom(seed);
  const tier = await start();
  const expected = await decode(tier);
  const requests = Array.from({ length: 60 }, async (_, i) => {
    await sleep(random() * 200);
    const controller = new AbortController();
    if (i % 4 !== 0) setTimeout(() => controller.abort(), random() * 40);
    const drawing = (async function* () {
      yield startMessage(1);
      for (const id of ids) yield codes([id]);
    })();
    const kinds: unknown[] = [];
    let same = false;
    for await (const { event } of tier.client.decode(drawing, { signal: controller.signal })) {
      kinds.push(event?.$case);
      if (event?.$case === 'picture') same = expected.equals(event.value.data);
    }
    return [kinds, same];
  });
  const ends = await Promise.allSettled(requests);
  const kept = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []));
  expect(kept.length, `seed ${seed}`).toBeGreaterThanOrEqual(15);
  for (const end of kept) expect(end, `seed ${seed}`).toEqual([['preview', 'preview', 'preview', 'preview', 'picture'], true]);
  expect(new Set(failures), `seed ${seed}`).toEqual(new Set([Code.CANCELLED]));
  await expect.poll(() => stats(tier)).toMatchObject({ queued: 0, running: 0 });
  expect(await decode(tier)).toEqual(expected);
});

test('a caller that does not read its previews is cut off after the limit; others do not notice', async () => {
  const tier = await start({ JANUS_MESH_UNREAD_STREAM_SECONDS: '0.3' });
  const expected = await decode(tier);
  const messages = [startMessage(1), codes(ids)].map((request) => DecodeRequest.encode(request).finish());
  const { stream } = rawCall(tier.address, 'janus.tier.v1.ImageCodecService/Decode', { window: 10, messages });
  for (let n = 0; n < 5; n++) expect(await decode(tier)).toEqual(expected);
  await expect.poll(() => stream.rstCode, { timeout: 5_000 }).toBe(8);
  await expect.poll(() => stats(tier)).toMatchObject({ queued: 0, running: 0 });
});

test.each(['cut', 'freeze'] as const)('callers whose connection ends while they send leave nothing behind (%s)', async (end) => {
  const tier = await start({ JANUS_MESH_KEEPALIVE_SECONDS: '0.2', JANUS_MESH_KEEPALIVE_TIMEOUT_SECONDS: '0.2' });
  const proxy = await freezableProxy(Number(tier.address.split(':')[1]));
  const far = connect(ImageCodecServiceDefinition, proxy.address);
  onTestFinished(far.close);
  far.client
    .decode(halfADrawing())
    [Symbol.asyncIterator]()
    .next()
    .catch(() => {});
  far.client.tokenize(halfAnUpload()).catch(() => {});
  await expect.poll(() => stats(tier)).toMatchObject({ queued: 1, running: 0 });
  proxy[end]();
  await expect.poll(() => stats(tier), { timeout: 5_000 }).toMatchObject({ queued: 0, running: 0, completed: 0n, failed: 2n });
});

test('a shutdown refuses an upload at once', async () => {
  const tier = await start();
  const upload = tier.client.tokenize(halfAnUpload());
  upload.catch(() => {});
  await expect.poll(() => stats(tier)).toMatchObject({ queued: 1 });
  const stopped = tier.shutDown();
  await expect(upload).rejects.toMatchObject({ code: Code.UNAVAILABLE, reason: 'DRAINING', retryAfterMs: expect.any(Number) });
  await stopped;
});
