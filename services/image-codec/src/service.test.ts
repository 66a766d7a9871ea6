import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBundle } from '@janus-mesh/bundle';
import { type DecodeRequest, type DecodeResponse, type DecodeStart, ImageCodecServiceDefinition, ImageFormat } from '@janus-mesh/contracts';
import { decodePicture } from '@janus-mesh/image';
import { Code } from '@janus-mesh/rpc';
import { f32View } from '@janus-mesh/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { floats, readSafetensors } from '../../../test/support/safetensors.ts';
import { importTiny, startTier, type TestTier, type TinyBundle } from '../../../test/support/tier.ts';
import { decodeCodes } from '../../../test/support/tier-calls.ts';
import { imageCodec } from './service.ts';

type Tier = TestTier<ImageCodecServiceDefinition>;
type Requests = AsyncIterable<DecodeRequest> | Iterable<DecodeRequest>;

const GOLDENS = join(import.meta.dirname, '../../../test/goldens/tiny-pro');
const cases = JSON.parse(readFileSync(join(GOLDENS, 'cases.json'), 'utf8')) as {
  vq_decode: { name: string; ids: number[]; tensors: { image: string; u8: string } }[];
};
const expected = readSafetensors(join(GOLDENS, 'expected/vq.safetensors'));
const ids = Array.from({ length: 16 }, (_, i) => i * 11);

let bundle: TinyBundle;
let tier: Tier;
let diagnostic: Tier;
let palette: Uint8Array;

beforeAll(async () => {
  bundle = await importTiny();
  [tier, diagnostic] = [await start(), await start({ JANUS_MESH_DIAGNOSTICS: 'true' })];
  const { weightsPath, tensors } = await openBundle(bundle.dir);
  const { offset, bytes } = tensors.get('codec.palette') as { offset: number; bytes: number };
  palette = readFileSync(weightsPath).subarray(offset, offset + bytes);
});
afterAll(async () => {
  for (const running of [tier, diagnostic]) await running?.stop();
  bundle?.remove();
});

function start(variables: Record<string, string> = {}): Promise<Tier> {
  return startTier(imageCodec, ImageCodecServiceDefinition, bundle, variables);
}

function startMessage(options: Partial<DecodeStart> = {}): DecodeRequest {
  return { message: { $case: 'start', value: { revision: bundle.revision, ...options } } };
}
const codes = (...values: number[]): DecodeRequest => ({ message: { $case: 'codes', value: { ids: values } } });

async function* sent(requests: Requests) {
  yield* requests;
}

async function events({ client }: Tier, requests: Requests): Promise<DecodeResponse['event'][]> {
  const taken: DecodeResponse['event'][] = [];
  for await (const { event } of client.decode(sent(requests))) taken.push(event);
  return taken;
}

/** The pixels of an answer's picture. */
async function pixelsOf(data: Uint8Array): Promise<Uint8Array> {
  return (await decodePicture(data)).rgb;
}

describe('decoding', () => {
  test.each(cases.vq_decode)('$name is the golden picture', async ({ ids: golden, tensors }) => {
    const { picture } = await decodeCodes(diagnostic.client, { revision: bundle.revision, ids: golden, rawPixels: true });
    expect([picture.width, picture.height, picture.format]).toEqual([64, 64, ImageFormat.IMAGE_FORMAT_PNG]);
    const raw = f32View(picture.rawPixels?.data ?? new Uint8Array());
    const image = floats(expected, tensors.image);
    expect(picture.rawPixels?.dims).toEqual([3, 64, 64]);
    expect(raw.every((value, i) => Math.abs(value - (image[i] as number)) <= 3e-4)).toBe(true);
    const pixels = await pixelsOf(picture.data);
    const u8 = expected.get(tensors.u8)?.bytes ?? new Uint8Array();
    expect(pixels.length).toBe(u8.length);
    const differences = pixels.map((value, i) => Math.abs(value - (u8[i] as number)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    expect(differences.filter((difference) => difference > 0).length).toBeLessThanOrEqual(0.01 * u8.length);
  });

  test('WebP has the same pixels as PNG', async () => {
    const [png] = await events(tier, [startMessage(), codes(...ids)]);
    const [webp] = await events(tier, [startMessage({ format: ImageFormat.IMAGE_FORMAT_WEBP }), codes(...ids)]);
    if (png?.$case !== 'picture' || webp?.$case !== 'picture') throw new Error('no pictures');
    expect(webp.value.format).toBe(ImageFormat.IMAGE_FORMAT_WEBP);
    expect(Buffer.from(webp.value.data.subarray(8, 12)).toString()).toBe('WEBP');
    expect(await pixelsOf(webp.value.data)).toEqual(await pixelsOf(png.value.data));
    expect(png.value.rawPixels).toBeUndefined();
  });

  test('the picture comes once all codes are there, without a half-close', async () => {
    async function* unfinished() {
      yield* [startMessage(), codes(...ids)];
      await new Promise(() => {});
    }
    expect((await events(tier, unfinished())).map((event) => event?.$case)).toEqual(['picture']);
  });
});

describe('previews', () => {
  test('come as soon as their rows are known, in the colours of their codes', async () => {
    const rows: number[] = [];
    let goOn = () => {};
    async function* rowByRow() {
      yield startMessage({ previewRows: 1 });
      for (let row = 0; row < 4; row++) {
        const previewed = new Promise<void>((resolve) => {
          goOn = resolve;
        });
        yield codes(...ids.slice(row * 4, row * 4 + 4));
        if (row < 3) await previewed; // a preview that waited for more codes would never come
      }
    }
    for await (const { event } of tier.client.decode(rowByRow())) {
      if (event?.$case !== 'preview') continue;
      const { rowsDone, width, height, sampleIndex, rgb } = event.value;
      rows.push(rowsDone);
      expect([width, height, sampleIndex]).toEqual([4, 4, 0]);
      const known = ids.slice(0, rowsDone * 4).flatMap((id) => [...palette.subarray(id * 3, id * 3 + 3)]);
      expect([...rgb]).toEqual([...known, ...Array(48 - known.length).fill(127)]);
      goOn();
    }
    expect(rows).toEqual([1, 2, 3, 4]);
  });

  test.each([
    [0, []],
    [1, [1, 2, 3, 4]],
    [3, [3]],
    [4, [4]],
    [5, []]
  ])('every %s rows: after %j, however the codes are cut', async (previewRows, after) => {
    const pieces = [ids, ...ids.map((id) => [id])];
    for (const cut of [pieces.slice(0, 1), pieces.slice(1)]) {
      const taken = await events(tier, [startMessage({ previewRows }), ...cut.map((piece) => codes(...piece))]);
      expect(taken.flatMap((event) => (event?.$case === 'preview' ? [event.value.rowsDone] : []))).toEqual(after);
      expect(taken.at(-1)?.$case).toBe('picture');
    }
  });

  test('come also while the queue is full; the picture is refused then, with a time to try again', async () => {
    const short = await start({ JANUS_MESH_QUEUE_LIMIT: '0' });
    try {
      const controller = new AbortController();
      async function* held() {
        yield { message: { $case: 'start' as const, value: { revision: bundle.revision } } };
        await new Promise(() => {});
      }
      const holder = short.client.tokenize(held(), { signal: controller.signal });
      holder.catch(() => {});
      await expect.poll(async () => (await short.client.getImageCodecStats({})).tier?.queued).toBe(1);
      const previews: number[] = [];
      const decoding = async () => {
        for await (const { event } of short.client.decode(sent([startMessage({ previewRows: 2 }), codes(...ids)])))
          if (event?.$case === 'preview') previews.push(event.value.rowsDone);
      };
      await expect(decoding()).rejects.toMatchObject({
        code: Code.RESOURCE_EXHAUSTED,
        reason: 'QUEUE_FULL',
        retryAfterMs: expect.any(Number)
      });
      expect(previews).toEqual([2, 4]);
      controller.abort();
      await expect(holder).rejects.toMatchObject({ code: Code.CANCELLED });
      await expect.poll(async () => (await short.client.getImageCodecStats({})).tier?.queued).toBe(0);
      expect((await events(short, [startMessage(), codes(...ids)])).map((event) => event?.$case)).toEqual(['picture']);
    } finally {
      await short.stop();
    }
  });
});

describe('refusals', () => {
  const invalid = (reason: string, field: string, description: string | RegExp) => ({
    code: Code.INVALID_ARGUMENT,
    reason,
    violations: [{ field, description: typeof description === 'string' ? description : expect.stringMatching(description) }]
  });

  test('a code the codebook has not is refused at once, naming it', async () => {
    async function* unfinished() {
      yield* [startMessage(), codes(1, 2), codes(3, 256)];
      await new Promise(() => {});
    }
    await expect(events(tier, unfinished())).rejects.toMatchObject(
      invalid('CODE_OUT_OF_RANGE', 'codes.ids[1]', 'code 3 of the picture is 256; the largest is 255')
    );
  });

  test('too many and too few codes are refused', async () => {
    await expect(events(tier, [startMessage(), codes(...ids, 0)])).rejects.toMatchObject(
      invalid('TOO_MANY_CODES', 'codes.ids', 'a picture has 16 codes, 17 came')
    );
    await expect(events(tier, [startMessage(), codes(...ids.slice(1))])).rejects.toMatchObject(
      invalid('TOO_FEW_CODES', 'codes.ids', 'a picture has 16 codes, the request ended after 15')
    );
    await expect(events(tier, [startMessage()])).rejects.toMatchObject(invalid('TOO_FEW_CODES', 'codes.ids', /ended after 0/));
  });

  test('codes that come although the picture is complete stop it while it waits', async () => {
    const refused = Promise.allSettled(
      Array.from({ length: 8 }, () => events(tier, [startMessage(), codes(...ids), codes(7)])) // most wait for the first
    );
    const reasons = (await refused).flatMap((result) => (result.status === 'rejected' ? [result.reason.reason] : []));
    expect(reasons.length).toBeGreaterThan(0);
    expect(new Set(reasons)).toEqual(new Set(['TOO_MANY_CODES']));
  });

  test('a format the contract has not is refused', async () => {
    await expect(events(tier, [startMessage({ format: 9 as ImageFormat })])).rejects.toMatchObject(
      invalid('UNKNOWN_FORMAT', 'start.format', 'is 9, which is no format; PNG is 1, WebP is 2')
    );
  });

  test('messages in a wrong order are refused', async () => {
    await expect(events(tier, [])).rejects.toMatchObject(invalid('START_MISSING', 'start', /ended before/));
    await expect(events(tier, [codes(1)])).rejects.toMatchObject(invalid('START_MISSING', 'start', /a codes message came instead/));
    await expect(events(tier, [startMessage(), startMessage()])).rejects.toMatchObject(
      invalid('UNEXPECTED_MESSAGE', 'start', /came again/)
    );
  });

  test('another revision is refused', async () => {
    await expect(events(tier, [startMessage({ revision: 'another' })])).rejects.toMatchObject({
      code: Code.FAILED_PRECONDITION,
      reason: 'REVISION_MISMATCH'
    });
  });

  test('raw pixels are refused where diagnostics are off', async () => {
    await expect(events(tier, [startMessage({ rawPixels: true })])).rejects.toMatchObject({
      code: Code.FAILED_PRECONDITION,
      reason: 'DIAGNOSTICS_OFF',
      message: expect.stringContaining('start.raw_pixels')
    });
  });
});

test('describes itself and counts what it did', async () => {
  expect(await diagnostic.client.describeImageCodec({})).toMatchObject({
    imageSize: 64,
    grid: 4,
    codebookSize: 256,
    tier: { revision: bundle.revision, modelName: 'tiny-pro', diagnostics: true }
  });
  const before = (await tier.client.getImageCodecStats({})).tier;
  await events(tier, [startMessage(), codes(...ids)]);
  await events(tier, [startMessage()]).catch(() => {});
  const after = (await tier.client.getImageCodecStats({})).tier;
  expect(after).toMatchObject({ queued: 0, running: 0, completed: (before?.completed ?? 0n) + 1n, failed: (before?.failed ?? 0n) + 1n });
});
