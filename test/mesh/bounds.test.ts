import { collectPictures, userMessage } from '@janus-mesh/client';
import { Head } from '@janus-mesh/contracts';
import type { MeshError } from '@janus-mesh/rpc';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { flightsSince, largestGap } from '../support/flights.ts';
import { sees, WAYS_TO_LEAVE } from '../support/leaving-caller.ts';
import { CHECKPOINTS, startTestMesh, type TestMesh, temporaryBundle } from '../support/mesh.ts';
import { harmOf } from '../support/unharmed.ts';

const CODES = 36;
// 5 layers, keys and values of 128 floats, 256 positions at least, two rows.
const PAIR_BYTES = 5 * 2 * 128 * 4 * 256 * 2;
const PAIRS = 4;
const QUEUE_LIMIT = 2;

let bundle: Awaited<ReturnType<typeof temporaryBundle>>;
let mesh: TestMesh;
beforeAll(async () => {
  bundle = await temporaryBundle(CHECKPOINTS.tinyShapes);
  mesh = await startTestMesh({
    bundle: bundle.bundle,
    settings: {
      transformer: {
        JANUS_MESH_KV_BUDGET_BYTES: String(PAIRS * PAIR_BYTES),
        JANUS_MESH_QUEUE_LIMIT: String(QUEUE_LIMIT),
        JANUS_MESH_STEP_DELAY_MS: '5'
      }
    }
  });
});
afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
  bundle.remove();
});

const stats = () => mesh.transformer.getTransformerStats({});
const sixteen = { prompt: 'two red hearts and a blue ring', samples: 16, seed: 1n };

/** A chat of 60 tokens: with this seed, none of them ends it. */
async function chat(): Promise<number> {
  let tokens = 0;
  const request = { messages: [userMessage('Describe the image.')], temperature: 100, seed: 1n, maxTokens: 60 };
  for await (const event of mesh.client.chat(request, { caller: 'reader' }))
    if (event.$case === 'delta') tokens += event.value.tokenIds.length;
  return tokens;
}

test('sixteen samples on a budget for four complete in order, and text has a token in every step meanwhile', async () => {
  const { steps: since } = await stats();
  const early = chat();
  await expect.poll(async () => (await stats()).textRows).toBe(1);
  const drawn: number[] = [];
  let late: Promise<number> | undefined;
  let askedAt = 0n;
  for await (const event of mesh.client.generateImage(sixteen)) {
    if (event.$case === 'picture') drawn.push(event.value.sampleIndex);
    if (event.$case !== 'progress' || late) continue;
    askedAt = (await stats()).steps;
    late = chat(); // when the pictures have all the memory
  }
  // Those that were drawn together are decoded and packed side by side, and may overtake each other there.
  expect(drawn.map((sample) => Math.floor(sample / PAIRS))).toEqual([...Array(16).keys()].map((sample) => Math.floor(sample / PAIRS)));
  expect(new Set(drawn).size).toBe(16);
  expect([await early, await late]).toEqual([60, 60]);

  const flights = await flightsSince(mesh.transformer, since);
  const drawings = flights.filter(({ head }) => head === Head.HEAD_CODES);
  expect(drawings).toHaveLength(16);
  const ends = drawings.map(({ tokens }) => tokens.at(-1) as number);
  expect(ends).toEqual(ends.toSorted((a, b) => a - b));
  expect(mostAtOnce(drawings)).toBeLessThanOrEqual(PAIRS);
  const texts = flights.filter(({ head }) => head === Head.HEAD_TEXT);
  expect(texts.map(largestGap)).toEqual([1, 1]);
  expect((texts[1]?.prompt[0] as number) - Number(askedAt)).toBeLessThanOrEqual(CODES + 2);
  expect(await stats()).toMatchObject({ kvBytesUsed: 0n, kvBytesBudget: BigInt(PAIRS * PAIR_BYTES) });
});

/** Reads a stream to its end. */
async function collected<Event>(events: AsyncIterable<Event>): Promise<Event[]> {
  const all: Event[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** Groups of the step that had most of them. */
function mostAtOnce(flights: Awaited<ReturnType<typeof flightsSince>>): number {
  const counts = new Map<number, number>();
  for (const { prompt, tokens } of flights) for (const step of [...prompt, ...tokens]) counts.set(step, (counts.get(step) ?? 0) + 1);
  return Math.max(...counts.values());
}

test('a full queue refuses the next one at once, and says when to come again', async () => {
  const caller = await WAYS_TO_LEAVE['that cancels'](mesh.mesh.target);
  await sees(caller.begin({ call: 'generateImage', request: sixteen }), 'started');
  for (let n = 0; n < QUEUE_LIMIT; n++) await sees(caller.begin({ call: 'generateImage', request: sixteen }), 'queued');
  const refused = (await collected(mesh.client.generateImage(sixteen)).catch((error: unknown) => error)) as MeshError;
  expect(refused).toMatchObject({
    codeName: 'RESOURCE_EXHAUSTED',
    reason: 'QUEUE_FULL',
    message: expect.stringContaining('2 requests wait, 2 may')
  });
  expect(refused.retryAfterMs).toBeGreaterThan(0);
  caller.leave();
  expect(await harmOf(mesh)).toEqual([]);
});

test('a group larger than the whole budget is refused at once, for good', async () => {
  const settings = { transformer: { JANUS_MESH_KV_BUDGET_BYTES: String(PAIR_BYTES) } };
  await using small = await startTestMesh({ bundle: bundle.bundle, settings });
  const long = { messages: [userMessage('red star '.repeat(300))], maxTokens: 200 };
  const refused = await collected(small.client.chat(long)).catch((error: unknown) => error);
  expect(refused).toMatchObject({ codeName: 'RESOURCE_EXHAUSTED', reason: 'GROUP_TOO_LARGE', retryAfterMs: undefined });
  expect((await small.transformer.getTransformerStats({})).steps).toBe(0n);
  expect(await collectPictures(small.client.generateImage({ prompt: 'a red circle' }))).toHaveLength(1);
});
