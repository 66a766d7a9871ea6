import type { DecodeRequest, DecodeResponse, TokenizeRequest } from '@janus-mesh/contracts';
import { Code } from '@janus-mesh/rpc';
import { expect, test } from 'vitest';
import { heldCodec } from './testing/held-networks.ts';
import { type HeldTier, heldRevision, startHeldTier } from './testing/held-tier.ts';

const { grid, imageSize } = heldCodec;
const row = Array.from({ length: grid }, (_, i) => i);

const decodeStart = (previewRows = 0): DecodeRequest => ({ message: { $case: 'start', value: { revision: heldRevision, previewRows } } });
const codes = (ids: number[]): DecodeRequest => ({ message: { $case: 'codes', value: { ids } } });

async function* wholePicture() {
  yield decodeStart();
  yield codes(Array(grid * grid).fill(7));
}

/** Decodes one picture; the kinds of the events that came. */
async function decode({ client }: HeldTier, signal?: AbortSignal): Promise<unknown[]> {
  const kinds: unknown[] = [];
  for await (const { event } of client.decode(wholePicture(), signal ? { signal } : {})) kinds.push(event?.$case);
  return kinds;
}

async function tokenize({ client }: HeldTier): Promise<number> {
  async function* requests(): AsyncGenerator<TokenizeRequest> {
    yield { message: { $case: 'start', value: { revision: heldRevision, rawPixels: true } } };
    yield { message: { $case: 'chunk', value: new Uint8Array(3 * imageSize * imageSize * 4) } };
  }
  return (await client.tokenize(requests())).codeIds.length;
}

/** A decoding whose codes a test gives row by row; each row's answer can be waited for. */
function rowByRow({ client }: HeldTier) {
  const rows: (() => void)[] = [];
  const asked = Array.from({ length: grid }, () => new Promise<void>((resolve) => rows.push(resolve)));
  async function* requests() {
    yield decodeStart(1);
    for (const next of asked) {
      await next;
      yield codes(row);
    }
  }
  const events: AsyncIterator<DecodeResponse> = client.decode(requests())[Symbol.asyncIterator]();
  return {
    giveRow: () => rows.shift()?.(),
    next: async () => {
      const { event } = (await events.next()).value ?? {};
      return event?.$case === 'preview' ? `preview ${event.value.rowsDone}` : event?.$case;
    }
  };
}

/** Waits until so many requests wait and run. */
async function depthIs({ client }: HeldTier, queued: number, running: number): Promise<void> {
  const depth = async () => {
    const { tier } = await client.getImageCodecStats({});
    return [tier?.queued, tier?.running];
  };
  await expect.poll(depth, { interval: 5 }).toEqual([queued, running]);
}

/** Ends runs until none is left. */
async function endAllRuns(tier: HeldTier): Promise<void> {
  const end = () => {
    tier.networks.endRun();
    return tier.client.getImageCodecStats({}).then(({ tier: stats }) => (stats?.queued ?? 0) + (stats?.running ?? 0));
  };
  await expect.poll(end, { interval: 5 }).toBe(0);
}

test('previews are answered at once while a picture is decoded and the queue is full; then the picture is refused', async () => {
  const tier = await startHeldTier(1);
  const [running, waiting] = [decode(tier), decode(tier)];
  await depthIs(tier, 1, 1);
  const growing = rowByRow(tier);
  for (let rowsDone = 1; rowsDone <= grid; rowsDone++) {
    growing.giveRow();
    expect(await growing.next()).toBe(`preview ${rowsDone}`);
  }
  await expect(growing.next()).rejects.toMatchObject({
    code: Code.RESOURCE_EXHAUSTED,
    reason: 'QUEUE_FULL',
    message: 'the queue is full: 2 requests are in it, as many as it holds',
    retryAfterMs: expect.any(Number)
  });
  expect(tier.networks.started).toBe(1); // the same run as before
  await endAllRuns(tier);
  expect(await Promise.all([running, waiting])).toEqual([['picture'], ['picture']]);
});

test('pictures are decoded and tokenized one at a time', async () => {
  const tier = await startHeldTier(64);
  const decoded = Array.from({ length: 6 }, () => decode(tier));
  const tokenized = Array.from({ length: 6 }, () => tokenize(tier));
  await depthIs(tier, 11, 1);
  await endAllRuns(tier);
  expect(await Promise.all(decoded)).toEqual(Array(6).fill(['picture']));
  expect(await Promise.all(tokenized)).toEqual(Array(6).fill(grid * grid));
  expect([tier.networks.started, tier.networks.most]).toEqual([12, 1]);
});

test('a caller that gives up while it waits leaves at once, and one that gives up while it runs makes room for the next', async () => {
  const tier = await startHeldTier(64);
  const [first, second] = [new AbortController(), new AbortController()];
  const running = decode(tier, first.signal);
  await depthIs(tier, 0, 1);
  const waiting = decode(tier, second.signal);
  const last = decode(tier);
  await depthIs(tier, 2, 1);
  second.abort();
  await expect(waiting).rejects.toMatchObject({ code: Code.CANCELLED });
  await depthIs(tier, 1, 1);
  first.abort();
  await expect(running).rejects.toMatchObject({ code: Code.CANCELLED });
  await expect.poll(() => tier.networks.started).toBe(2);
  await endAllRuns(tier);
  expect(await last).toEqual(['picture']);
  expect((await tier.client.getImageCodecStats({})).tier).toMatchObject({ completed: 1n, failed: 2n });
});

test('a shutdown refuses what waits at once; what runs, and drawings under way, are finished', async () => {
  const tier = await startHeldTier(64);
  const growing = rowByRow(tier);
  growing.giveRow();
  expect(await growing.next()).toBe('preview 1');
  const running = decode(tier);
  await depthIs(tier, 0, 1);
  const waiting = decode(tier);
  await depthIs(tier, 1, 1);
  const stopped = tier.service.stop();
  await expect(waiting).rejects.toMatchObject({ code: Code.UNAVAILABLE, reason: 'DRAINING', retryAfterMs: expect.any(Number) });
  for (let rowsDone = 2; rowsDone <= grid; rowsDone++) {
    growing.giveRow();
    expect(await growing.next()).toBe(`preview ${rowsDone}`);
  }
  tier.networks.endRun();
  expect(await running).toEqual(['picture']);
  const picture = growing.next();
  await expect.poll(() => tier.networks.started).toBe(2);
  tier.networks.endRun();
  expect(await picture).toBe('picture');
  await stopped;
});
