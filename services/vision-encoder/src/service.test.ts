import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EncodeRequest, VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import { Code } from '@janus-mesh/rpc';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { floats, readSafetensors } from '../../../test/support/safetensors.ts';
import { importTiny, startTier, type TestTier, type TinyBundle } from '../../../test/support/tier.ts';
import { encodePicture } from '../../../test/support/tier-calls.ts';
import { visionEncoder } from './service.ts';

type Tier = TestTier<VisionEncoderServiceDefinition>;

const GOLDENS = join(import.meta.dirname, '../../../test/goldens/tiny-pro');
const cases = JSON.parse(readFileSync(join(GOLDENS, 'cases.json'), 'utf8')) as {
  pictures: { name: string; file: string; tensors: { features: string } }[];
};
const expected = readSafetensors(join(GOLDENS, 'expected/vision.safetensors'));
const pictureFile = (file: string) => readFileSync(join(GOLDENS, 'images', file));

let bundle: TinyBundle;
let tier: Tier;

beforeAll(async () => {
  bundle = await importTiny();
  tier = await start();
});
afterAll(async () => {
  await tier?.stop();
  bundle?.remove();
});

function start(variables: Record<string, string> = {}): Promise<Tier> {
  return startTier(visionEncoder, VisionEncoderServiceDefinition, bundle, variables);
}

const startMessage = (revision = bundle.revision): EncodeRequest => ({ message: { $case: 'start', value: { revision } } });
const chunk = (bytes: Uint8Array): EncodeRequest => ({ message: { $case: 'chunk', value: bytes } });

/** Sends the messages and takes all answers; how many came. */
async function answers({ client }: Tier, requests: AsyncIterable<EncodeRequest> | Iterable<EncodeRequest>): Promise<number> {
  let count = 0;
  for await (const _ of client.encode(sent(requests))) count++;
  return count;
}

async function* sent(requests: AsyncIterable<EncodeRequest> | Iterable<EncodeRequest>) {
  yield* requests;
}

/** A request that stays open after its first messages, until it is told to go on with the others. */
function heldRequest(first: EncodeRequest[], then: EncodeRequest[]) {
  let goOn = () => {};
  const told = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  async function* requests() {
    yield* first;
    await told;
    yield* then;
  }
  return { requests: requests(), goOn };
}

async function queuedIs({ client }: Tier, count: number): Promise<void> {
  await expect.poll(async () => (await client.getVisionEncoderStats({})).tier?.queued).toBe(count);
}

test.each(cases.pictures)('the features of $name are the golden ones', async ({ file, tensors }) => {
  const { revision } = bundle;
  const { values, rows } = await encodePicture(tier.client, { revision, picture: readFileSync(join(GOLDENS, file)), rawOrientation: true });
  const golden = floats(expected, tensors.features);
  expect(rows).toBe(16);
  expect(values.length).toBe(golden.length);
  expect(values.reduce((most, value, i) => Math.max(most, Math.abs(value - (golden[i] as number))), 0)).toBeLessThan(1e-4);
});

test('a picture stands upright unless its stored orientation is asked for', async () => {
  const { revision } = bundle;
  const picture = pictureFile('exif.jpg');
  const upright = await encodePicture(tier.client, { revision, picture });
  const stored = await encodePicture(tier.client, { revision, picture, rawOrientation: true });
  expect(upright.values).not.toEqual(stored.values);
});

test('the chunks of a file may be of any length', async () => {
  const picture = pictureFile('square.png');
  const bytes = Array.from(picture, (byte) => chunk(Uint8Array.of(byte)));
  expect(await answers(tier, [startMessage(), ...bytes])).toBe(1);
});

test('describes itself', async () => {
  expect(await tier.client.describeVisionEncoder({})).toMatchObject({
    imageSize: 64,
    rows: 16,
    hiddenSize: 48,
    tier: {
      revision: bundle.revision,
      modelName: 'tiny-pro',
      threads: 2,
      diagnostics: false,
      fingerprint: { provider: 'cpu', quantization: 'f32' }
    }
  });
});

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

test.each([
  ['text', Buffer.from('this is not a picture, is it?'), 'NOT_A_PICTURE'],
  ['SVG', Buffer.from(svg), 'UNSUPPORTED_PICTURE_FORMAT'],
  ['GIF', gif, 'UNSUPPORTED_PICTURE_FORMAT'],
  ['half a PNG', pictureFile('photo.png').subarray(0, 20_000), 'PICTURE_TRUNCATED'],
  ['half a JPEG', pictureFile('exif.jpg').subarray(0, 400), 'PICTURE_TRUNCATED'],
  ['no bytes', Buffer.alloc(0), 'PICTURE_EMPTY']
])('%s is refused with its reason', async (_, file, reason) => {
  await expect(answers(tier, [startMessage(), chunk(file)])).rejects.toMatchObject({
    code: Code.INVALID_ARGUMENT,
    reason,
    violations: [{ field: 'chunk' }]
  });
});

test('messages in a wrong order are refused', async () => {
  const file = pictureFile('square.png');
  const refusal = (reason: string) => ({ code: Code.INVALID_ARGUMENT, reason });
  await expect(answers(tier, [])).rejects.toMatchObject(refusal('START_MISSING'));
  await expect(answers(tier, [chunk(file)])).rejects.toMatchObject(refusal('START_MISSING'));
  await expect(answers(tier, [startMessage(), startMessage()])).rejects.toMatchObject(refusal('UNEXPECTED_MESSAGE'));
  await expect(answers(tier, [startMessage(), { message: undefined }])).rejects.toMatchObject(refusal('UNEXPECTED_MESSAGE'));
});

test('another revision is refused before the file is sent', async () => {
  const { requests } = heldRequest([startMessage('another')], []);
  await expect(answers(tier, requests)).rejects.toMatchObject({
    code: Code.FAILED_PRECONDITION,
    reason: 'REVISION_MISMATCH',
    message: `the request expects revision another, this tier serves ${bundle.revision}`
  });
});

test('a chunk over 1 MiB is refused', async () => {
  const refusal = { code: Code.INVALID_ARGUMENT, reason: 'CHUNK_TOO_LARGE' };
  await expect(answers(tier, [startMessage(), chunk(new Uint8Array(1024 * 1024 + 1))])).rejects.toMatchObject(refusal);
});

test('pictures over the limits are refused, naming them', async () => {
  const limited = await start({ JANUS_MESH_MAX_PICTURE_BYTES: '100000', JANUS_MESH_MAX_PICTURE_PIXELS: '5000' });
  try {
    const refusal = (message: RegExp) => ({
      code: Code.INVALID_ARGUMENT,
      reason: 'PICTURE_TOO_LARGE',
      message: expect.stringMatching(message)
    });
    const bytes = [chunk(new Uint8Array(60_000)), chunk(new Uint8Array(60_000))];
    await expect(answers(limited, [startMessage(), ...bytes])).rejects.toMatchObject(refusal(/more than 100000 bytes/));
    await expect(answers(limited, [startMessage(), chunk(pictureFile('exif.jpg'))])).rejects.toMatchObject(refusal(/at most 5000/));
    expect(await answers(limited, [startMessage(), chunk(pictureFile('square.png'))])).toBe(1);
  } finally {
    await limited.stop();
  }
});

test('a request beyond the queue is refused with a time to try again, and those in it are served', async () => {
  const short = await start({ JANUS_MESH_QUEUE_LIMIT: '1' });
  try {
    const file = [chunk(pictureFile('square.png'))];
    const held = [heldRequest([startMessage()], file), heldRequest([startMessage()], file)];
    const served = held.map(({ requests }) => answers(short, requests));
    await queuedIs(short, 2);
    await expect(answers(short, [startMessage(), ...file])).rejects.toMatchObject({
      code: Code.RESOURCE_EXHAUSTED,
      reason: 'QUEUE_FULL',
      message: 'the queue is full: 2 requests are in it, as many as it holds',
      retryAfterMs: expect.any(Number)
    });
    for (const { goOn } of held) goOn();
    expect(await Promise.all(served)).toEqual([1, 1]);
    expect((await short.client.getVisionEncoderStats({})).tier).toMatchObject({ queued: 0, running: 0, completed: 2n, failed: 1n });
  } finally {
    await short.stop();
  }
});

test('a request that is cancelled gives its place up', async () => {
  const short = await start({ JANUS_MESH_QUEUE_LIMIT: '0' });
  try {
    const controller = new AbortController();
    const { requests } = heldRequest([startMessage()], []);
    const cancelled = (async () => {
      for await (const _ of short.client.encode(requests, { signal: controller.signal }));
    })();
    await queuedIs(short, 1);
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: Code.CANCELLED });
    await queuedIs(short, 0);
    expect(await answers(short, [startMessage(), chunk(pictureFile('square.png'))])).toBe(1);
  } finally {
    await short.stop();
  }
});
