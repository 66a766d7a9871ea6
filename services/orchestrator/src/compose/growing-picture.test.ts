import { type DecodeRequest, ImageCodecServiceDefinition, ImageFormat, type Receipt } from '@janus-mesh/contracts';
import { bindService, type Handlers, type RpcServer, resourceExhausted, serve, unavailable } from '@janus-mesh/rpc';
import { createLogger } from '@janus-mesh/telemetry';
import { afterEach, describe, expect, test } from 'vitest';
import { Tier } from '../tiers/tier.ts';
import { imageCodecKind } from '../tiers/tier-kind.ts';
import type { DrawingEvent } from './drawing.ts';
import { EventQueue } from './event-queue.ts';
import { GrowingPicture } from './growing-picture.ts';

const GRID = 2;
const receipt = { revision: 'abc', maxTokens: GRID * GRID } as Receipt;
const NEVER = new AbortController().signal;
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** What a codec that can be broken saw: the ids of each of its calls. */
type Seen = number[][];

interface BrokenCodec {
  readonly tier: Tier<ImageCodecServiceDefinition>;
  readonly addresses: string[];
  readonly seen: Seen;
}

/** The codecs that listen at these addresses. */
function openTier(addresses: readonly string[]): Tier<ImageCodecServiceDefinition> {
  const tier = new Tier(imageCodecKind, { addresses, revision: 'abc' });
  stops.push(async () => tier.close());
  return tier;
}

/** A codec over a socket that fails its first calls: each after so many codes. */
async function brokenCodec(failAfter: readonly number[], { tellsRows = false } = {}): Promise<BrokenCodec> {
  const seen: Seen = [];
  async function* decode(requests: AsyncIterable<DecodeRequest>) {
    const ids: number[] = [];
    const limit = failAfter[seen.push(ids) - 1] ?? Number.POSITIVE_INFINITY;
    for await (const { message } of requests) {
      const rowsBefore = Math.floor(ids.length / GRID);
      if (message?.$case === 'codes') ids.push(...message.value.ids);
      const rows = tellsRows ? Math.floor(ids.length / GRID) : 0;
      for (let rowsDone = rowsBefore + 1; rowsDone <= rows; rowsDone += 1)
        yield { event: { $case: 'preview' as const, value: { rowsDone } } };
      if (ids.length >= limit)
        throw ids.length < GRID * GRID ? unavailable('GONE', 'codec is gone') : resourceExhausted('QUEUE_FULL', 'codec is full');
    }
    const picture = { data: Buffer.from('png'), format: ImageFormat.IMAGE_FORMAT_PNG, width: 32, height: 32 };
    yield { event: { $case: 'picture' as const, value: picture } };
  }
  const handlers = { decode } as unknown as Handlers<ImageCodecServiceDefinition>;
  const rest = { describeImageCodec: async () => ({}), getImageCodecStats: async () => ({}), tokenize: async () => ({}) };
  const logger = createLogger({ service: 'test', level: 'silent' });
  const server: RpcServer = await serve({ services: [bindService(ImageCodecServiceDefinition, { ...handlers, ...rest })], logger });
  stops.push(() => server.close());
  const addresses = [`127.0.0.1:${server.port}`];
  return { tier: openTier(addresses), addresses, seen };
}

interface Growth {
  /** What happens between the first of the four codes and the others. */
  readonly meanwhile?: () => unknown;
  readonly signal?: AbortSignal;
}

/** Draws a picture of four codes. */
async function grow(tier: Tier<ImageCodecServiceDefinition>, { meanwhile, signal = NEVER }: Growth = {}): Promise<DrawingEvent[]> {
  const events = new EventQueue<DrawingEvent>(64);
  const decode = { tier, revision: 'abc', format: ImageFormat.IMAGE_FORMAT_PNG, previewRows: 1, call: { signal } };
  const picture = new GrowingPicture({ index: 3, seed: 9n, grid: GRID, decode, events });
  picture.push([10]);
  await meanwhile?.();
  for (const id of [11, 12, 13]) picture.push([id]);
  await picture.complete(receipt);
  events.end();
  const told: DrawingEvent[] = [];
  for await (const event of events) told.push(event);
  return told;
}

/** Waits until a codec broke, and that was noticed. */
const untilBroken =
  ({ tier, seen }: BrokenCodec) =>
  () =>
    expect.poll(() => seen.length > 0 && tier.replicas.every(({ inFlight }) => inFlight === 0)).toBe(true);
const pictureOf = (events: readonly DrawingEvent[]) => events.find(({ $case }) => $case === 'picture')?.value;

describe('a growing picture', () => {
  test('sends its codes as they come and tells each finished row', async () => {
    const { tier, seen } = await brokenCodec([]);
    const events = await grow(tier);
    expect(seen).toEqual([[10, 11, 12, 13]]);
    expect(events.map(({ $case, value }) => [$case, 'codesDone' in value ? value.codesDone : undefined])).toEqual([
      ['progress', 2],
      ['progress', 4],
      ['picture', undefined]
    ]);
    expect(pictureOf(events)).toMatchObject({
      sampleIndex: 3,
      seed: 9n,
      codeIds: [10, 11, 12, 13],
      width: 32,
      decodeError: undefined,
      receipt
    });
  });

  test('tries a codec that broke on the way once more, with all codes', async () => {
    const codec = await brokenCodec([1]);
    const events = await grow(codec.tier, { meanwhile: untilBroken(codec) });
    expect(codec.seen).toEqual([[10], [10, 11, 12, 13]]);
    expect(pictureOf(events)).toMatchObject({ decodeError: undefined, data: Buffer.from('png') });
  });

  test('hands its codes out where decoding fails, with the reason', async () => {
    const { tier, seen } = await brokenCodec([4]);
    const events = await grow(tier);
    expect(seen).toHaveLength(1);
    expect(pictureOf(events)).toMatchObject({
      codeIds: [10, 11, 12, 13],
      data: new Uint8Array(),
      decodeError: 'image-codec: codec is full'
    });
  });

  test('hands its codes out where the codec stays away', async () => {
    const codec = await brokenCodec([1, 0]);
    expect(pictureOf(await grow(codec.tier, { meanwhile: untilBroken(codec) }))).toMatchObject({
      codeIds: [10, 11, 12, 13],
      decodeError: expect.stringContaining('image-codec at')
    });
  });

  test('goes on with another codec where its own breaks on the way, and tells no preview twice', async () => {
    const [broken, other] = [await brokenCodec([4], { tellsRows: true }), await brokenCodec([], { tellsRows: true })];
    const tier = openTier([...broken.addresses, ...other.addresses]);
    tier.replicas[1]?.begin(); // so that the broken one is the less busy
    const events = await grow(tier);
    expect([broken.seen, other.seen]).toEqual([[[10, 11, 12, 13]], [[10, 11, 12, 13]]]);
    expect(events.flatMap(({ $case, value }) => ($case === 'preview' ? [value.rowsDone] : []))).toEqual([1, 2]);
    expect(pictureOf(events)).toMatchObject({ codeIds: [10, 11, 12, 13], decodeError: undefined, data: Buffer.from('png') });
  });

  test('fails, and tells no picture, where the request is aborted', async () => {
    const { tier } = await brokenCodec([]);
    const controller = new AbortController();
    const { signal } = controller;
    await expect(grow(tier, { signal, meanwhile: () => controller.abort() })).rejects.toMatchObject({ reason: 'CANCELLED' });
  });
});
