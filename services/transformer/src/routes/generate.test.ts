import {
  type FeaturesChunk,
  type GenerateRequest,
  type GenerateResponse,
  type GenerateStart,
  Head,
  SampleFinishReason,
  type Segment
} from '@janus-mesh/contracts';
import { Code } from '@janus-mesh/rpc';
import { f32Tensor } from '@janus-mesh/service';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../engine/clock.ts';
import { type FakeTier, fakeTier, REVISION } from '../testing/fake-tier.ts';

type Event = NonNullable<GenerateResponse['event']>;

const ids = (...values: number[]): Segment => ({ content: { $case: 'ids', value: { ids: values } } });
const HASH = new Uint8Array(32).fill(7);
const picture: Segment = { content: { $case: 'features', value: { hash: HASH, rows: 4 } } };
const greedy = { temperature: 0, topK: 0, topP: 1, seed: 0n };

function start(changes: Partial<GenerateStart> = {}): GenerateStart {
  return {
    revision: REVISION,
    head: Head.HEAD_TEXT,
    prompt: [ids(1, 2, 3)],
    negativePrompt: [],
    guidanceWeight: 0,
    sampling: greedy,
    samples: 1,
    maxNewTokens: 4,
    stopIds: [],
    caller: '',
    forcedIds: [],
    hashPositions: [],
    ...changes
  };
}

function chunk(firstRow: number, rows: number, changes: Partial<FeaturesChunk> = {}): GenerateRequest {
  const tensor = f32Tensor([rows, 8], new Float32Array(rows * 8).fill(firstRow));
  return { message: { $case: 'features', value: { hash: HASH, firstRow, rows: tensor, ...changes } } };
}

async function* requests(message: Partial<GenerateStart>, ...chunks: GenerateRequest[]): AsyncGenerator<GenerateRequest> {
  yield { message: { $case: 'start', value: start(message) } };
  yield* chunks;
}

async function events(tier: FakeTier, sent: AsyncIterable<GenerateRequest>, options = {}): Promise<Event[]> {
  const received: Event[] = [];
  for await (const { event } of tier.client.generate(sent, options)) if (event) received.push(event);
  return received;
}

function idsOf(received: readonly Event[]): number[] {
  return received.flatMap((event) => (event.$case === 'tokens' ? event.value.ids : []));
}

describe('a generation', () => {
  test('is admitted, streams its tokens, says why it ended and how much it took', async () => {
    const tier = await fakeTier();
    const received = await events(tier, requests({ logitHashes: true }));
    expect(received[0]).toEqual({ $case: 'admitted', value: { neededFeatures: [], cachedPromptTokens: 0 } });
    expect(idsOf(received)).toHaveLength(4);
    expect(received.flatMap((event) => (event.$case === 'tokens' ? event.value.logitHashes : []))).toHaveLength(4);
    expect(received.at(-1)).toEqual({
      $case: 'finished',
      value: { sampleIndex: 0, reason: SampleFinishReason.SAMPLE_FINISH_REASON_LENGTH, promptTokens: 3, newTokens: 4 }
    });
  });

  test('hashes the logits at some positions, without diagnostics', async () => {
    const all = await events(await fakeTier(), requests({ logitHashes: true }));
    const tier = await fakeTier({ diagnostics: false });
    const received = await events(tier, requests({ hashPositions: [0, 2, 9] }));
    const hashes = all.flatMap((event) => (event.$case === 'tokens' ? event.value.logitHashes : []));
    expect(received.flatMap((event) => (event.$case === 'tokens' ? event.value.positionHashes : []))).toEqual([
      { position: 0, hash: hashes[0] },
      { position: 2, hash: hashes[2] }
    ]);
    expect(received.flatMap((event) => (event.$case === 'tokens' ? event.value.logitHashes : []))).toEqual([]);
  });

  test('sends the stop id that ended it', async () => {
    const tier = await fakeTier();
    const [first, second] = idsOf(await events(tier, requests({}))) as [number, number];
    const received = await events(tier, requests({ stopIds: [second] }));
    expect(idsOf(received)).toEqual([first, second]);
    expect(received.at(-1)).toMatchObject({ value: { reason: SampleFinishReason.SAMPLE_FINISH_REASON_STOP_ID, newTokens: 2 } });
  });

  test('takes forced ids', async () => {
    const tier = await fakeTier();
    expect(idsOf(await events(tier, requests({ forcedIds: [9, 8, 7, 6] })))).toEqual([9, 8, 7, 6]);
  });

  test('runs guided samples of a picture, each with the next seed', async () => {
    const tier = await fakeTier();
    const guided = { head: Head.HEAD_CODES, negativePrompt: [ids(1, 5)], guidanceWeight: 5 };
    const sampling = { ...greedy, temperature: 1, seed: 41n };
    const two = await events(tier, requests({ ...guided, sampling, samples: 2 }));
    const second = await events(tier, requests({ ...guided, sampling: { ...sampling, seed: 42n } }));
    const of = (sample: number) =>
      two.flatMap((event) => (event.$case === 'tokens' && event.value.sampleIndex === sample ? event.value.ids : []));
    expect(of(0)).toHaveLength(4);
    expect(of(1)).toEqual(idsOf(second));
  });

  test('tells its place while it waits', async () => {
    const tier = await fakeTier({ runner: { slots: 1 } });
    const first = events(tier, requests({ maxNewTokens: 100 }));
    const second = await events(tier, requests({}));
    expect(second[0]).toEqual({ $case: 'queued', value: { position: 0 } });
    await first;
  });

  test('goes on after the caller has half-closed', async () => {
    const tier = await fakeTier();
    expect(idsOf(await events(tier, requests({ maxNewTokens: 150 })))).toHaveLength(150);
  });
});

describe('features', () => {
  test('are asked for by hash and may come in chunks', async () => {
    const tier = await fakeTier();
    const received = await events(tier, requests({ prompt: [ids(1), picture, ids(2)] }, chunk(0, 1), chunk(1, 3)));
    expect(received[0]).toEqual({ $case: 'admitted', value: { neededFeatures: [Buffer.from(HASH)], cachedPromptTokens: 0 } });
    expect(received.at(-1)).toMatchObject({ value: { promptTokens: 6, newTokens: 4 } });
    expect(tier.runner.steps[0]).toBe('align 4');
  });

  test('have their time again with each chunk, and with each sign that they still come', async () => {
    let clocks = 0;
    const schedule = (delayMs: number, callback: () => void) => {
      clocks++;
      return systemClock.schedule(delayMs, callback);
    };
    const tier = await fakeTier({ engine: { clock: { ...systemClock, schedule } } });
    const sign = chunk(0, 0, { rows: undefined });
    const received = await events(tier, requests({ prompt: [picture] }, sign, sign, chunk(0, 1), chunk(1, 3)));
    expect(clocks).toBe(1 + 3); // with the admission, and with all but the last
    expect(idsOf(received)).toHaveLength(4);
  });

  test('that are known are not asked for; sent all the same, they are accepted', async () => {
    const tier = await fakeTier();
    const prompt = [ids(1), picture];
    const first = await events(tier, requests({ prompt, logitHashes: true }, chunk(0, 4)));
    const second = await events(tier, requests({ prompt, logitHashes: true }));
    expect(second[0]).toEqual({ $case: 'admitted', value: { neededFeatures: [], cachedPromptTokens: 0 } });
    expect(idsOf(second)).toEqual(idsOf(first));
    const sent = await events(tier, requests({ prompt, logitHashes: true }, chunk(0, 1), chunk(1, 3)));
    expect(idsOf(sent)).toEqual(idsOf(first));
    expect(tier.runner.aligned).toBe(1);
  });

  const tensor = (dims: number[], bytes: number, type: 0 | 1 | 2 = 1) => ({ type, dims, data: new Uint8Array(bytes) });
  test.each([
    ['of a picture nobody named', [chunk(0, 4, { hash: new Uint8Array(32) })], `features.hash: features ${'00'.repeat(32)} are not named`],
    ['out of order', [chunk(0, 1), chunk(2, 1)], 'features.first_row: 2, the next row of'],
    ['beyond the picture', [chunk(0, 5)], 'features.rows.dims: rows up to 5, the picture has 4'],
    ['of another picture, still to come', [chunk(0, 1, { hash: new Uint8Array(32), rows: undefined })], 'are not named in the prompt'],
    ['sent twice', [chunk(0, 4), chunk(0, 4)], 'features.first_row: 0, the next row of'],
    ['of another width', [chunk(0, 1, { rows: tensor([1, 9], 36) })], 'features.rows.dims: [1, 9], it must be [n, 8]'],
    ['of no rows', [chunk(0, 1, { rows: tensor([0, 8], 0) })], 'features.rows.dims: [0, 8], it must be [n, 8]'],
    ['of another type', [chunk(0, 1, { rows: tensor([1, 8], 8, 2) })], 'features.rows.type: 2, it must be ELEMENT_TYPE_F32'],
    [
      'of another length than their dims say',
      [chunk(0, 1, { rows: tensor([2, 8], 63) })],
      'features.rows.data: 63 bytes, 2 rows of 8 f32 have 64'
    ],
    [
      'longer than a message may be',
      [chunk(0, 1, { rows: tensor([40_000, 8], 1_280_000) })],
      'features.rows.data: 1280000 bytes, at most 1048576'
    ]
  ])('%s are refused, and the memory is freed', async (_, chunks, message) => {
    const tier = await fakeTier();
    await expect(events(tier, requests({ prompt: [picture] }, ...chunks))).rejects.toMatchObject({
      code: Code.INVALID_ARGUMENT,
      message: expect.stringContaining(message)
    });
    await tier.engine.idle();
    expect(tier.engine.stats()).toMatchObject({ groups: 0, kvBytesUsed: 0 });
  });

  test('that never come end the request: at once if the caller half-closed, else after the time', async () => {
    const tier = await fakeTier({ engine: { featuresTimeoutMs: 50 } });
    await expect(events(tier, requests({ prompt: [picture] }, chunk(0, 3)))).rejects.toMatchObject({
      code: Code.INVALID_ARGUMENT,
      reason: 'FEATURES_MISSING'
    });
    async function* silent() {
      yield* requests({ prompt: [picture] });
      await new Promise(() => {});
    }
    await expect(events(tier, silent())).rejects.toMatchObject({ code: Code.ABORTED, reason: 'FEATURES_TIMEOUT' });
    expect(tier.engine.stats()).toMatchObject({ groups: 0, kvBytesUsed: 0 });
  });
});

describe('refusals', () => {
  test('another revision', async () => {
    const tier = await fakeTier();
    await expect(events(tier, requests({ revision: 'other' }))).rejects.toMatchObject({
      code: Code.FAILED_PRECONDITION,
      reason: 'REVISION_MISMATCH'
    });
  });

  test.each([
    ['start.forced_ids', { forcedIds: [1] }],
    ['start.logit_hashes', { logitHashes: true }]
  ])('%s where diagnostics are off', async (field, message) => {
    const tier = await fakeTier({ diagnostics: false });
    await expect(events(tier, requests(message))).rejects.toMatchObject({
      code: Code.FAILED_PRECONDITION,
      reason: 'DIAGNOSTICS_OFF',
      message: expect.stringContaining(field)
    });
    expect(idsOf(await events(tier, requests({})))).toHaveLength(4);
  });

  test.each<[string, Partial<GenerateStart>, string]>([
    ['start.head', { head: Head.HEAD_UNSPECIFIED }, '0 is no head; it must be HEAD_TEXT or HEAD_CODES'],
    ['start.prompt', { prompt: [] }, 'must have at least one token'],
    ['start.prompt', { prompt: [ids()] }, 'must have at least one token'],
    ['start.prompt[1].content', { prompt: [ids(1), { content: undefined }] }, 'must be set'],
    ['start.prompt[0].ids.ids[2]', { prompt: [ids(0, 59, 60)] }, '60 is no text token, they go from 0 to 59'],
    [
      'start.prompt[1].codes.ids[0]',
      { prompt: [ids(1), { content: { $case: 'codes', value: { ids: [40] } } }] },
      '40 is no code, they go from 0 to 39'
    ],
    [
      'start.prompt[0].features.hash',
      { prompt: [{ content: { $case: 'features', value: { hash: new Uint8Array(31), rows: 4 } } }] },
      'has 31 bytes, a hash has 32'
    ],
    [
      'start.prompt[0].features.rows',
      { prompt: [{ content: { $case: 'features', value: { hash: HASH, rows: 5 } } }] },
      '5 rows, a picture of this model has 4'
    ],
    ['start.prompt', { maxNewTokens: 198 }, '3 tokens and 198 new ones, the context has 200'],
    ['start.negative_prompt', { negativePrompt: [ids(...new Array(197).fill(1))], guidanceWeight: 5 }, '197 tokens and 4 new ones'],
    ['start.negative_prompt[0].ids.ids[0]', { negativePrompt: [ids(99)], guidanceWeight: 5 }, '99 is no text token'],
    ['start.guidance_weight', { guidanceWeight: 5 }, '5 without a negative prompt'],
    ['start.guidance_weight', { negativePrompt: [ids(1)], guidanceWeight: Number.NaN }, 'NaN, it must be from -100 to 100'],
    ['start.sampling', { sampling: undefined }, 'must be set'],
    ['start.sampling.temperature', { sampling: { ...greedy, temperature: -1 } }, '-1, it must be from 0 to 100'],
    ['start.sampling.temperature', { sampling: { ...greedy, temperature: Number.NaN } }, 'NaN, it must be from 0 to 100'],
    ['start.sampling.top_p', { sampling: { ...greedy, topP: 0 } }, '0, it must be above 0 and at most 1'],
    ['start.samples', { samples: 0 }, '0, it must be from 1 to 16'],
    ['start.samples', { samples: 17 }, '17, it must be from 1 to 16'],
    ['start.max_new_tokens', { maxNewTokens: 0 }, '0, it must be at least 1'],
    ['start.stop_ids[1]', { stopIds: [1, 60] }, '60 is no text token'],
    ['start.forced_ids[0]', { head: Head.HEAD_CODES, forcedIds: [40] }, '40 is no code'],
    ['start.forced_ids', { forcedIds: [1, 2, 3, 4, 5] }, '5 ids for 4 new tokens'],
    ['start.hash_positions[2]', { hashPositions: [0, 3, 3] }, '3 after 3, they must rise'],
    ['start.hash_positions', { hashPositions: [0, 1, 2, 3, 4, 5, 6, 7, 8] }, '9 positions, at most 8 are allowed'],
    ['start.cache_salt', { cacheSalt: 'x'.repeat(129) }, '129 characters, at most 128'],
    ['start.caller', { caller: 'x'.repeat(129) }, '129 characters, at most 128']
  ])('%s (%#)', async (field, message, description) => {
    const tier = await fakeTier();
    await expect(events(tier, requests(message))).rejects.toMatchObject({
      code: Code.INVALID_ARGUMENT,
      violations: [{ field, description: expect.stringContaining(description) }]
    });
    expect(tier.engine.stats().steps).toBe(0);
  });

  test('all faults are in one answer', async () => {
    const tier = await fakeTier();
    const wrong = { samples: 0, maxNewTokens: 0, prompt: [ids(99)], stopIds: [99] };
    await expect(events(tier, requests(wrong))).rejects.toMatchObject({
      violations: ['start.prompt[0].ids.ids[0]', 'start.samples', 'start.max_new_tokens', 'start.stop_ids[0]'].map((field) =>
        expect.objectContaining({ field })
      )
    });
  });

  test('a sample that never fits, and a full queue, with a hint when to come again', async () => {
    const tier = await fakeTier({ runner: { slots: 1 }, engine: { queueLimit: 0, kvBudgetBytes: 110 } });
    await expect(events(tier, requests({ maxNewTokens: 109 }))).rejects.toMatchObject({
      code: Code.RESOURCE_EXHAUSTED,
      reason: 'GROUP_TOO_LARGE',
      retryAfterMs: undefined
    });
    const long = events(tier, requests({ maxNewTokens: 100 }));
    while (tier.engine.stats().groups === 0) await new Promise((resolve) => setImmediate(resolve));
    await expect(events(tier, requests({}))).rejects.toMatchObject({
      code: Code.RESOURCE_EXHAUSTED,
      reason: 'QUEUE_FULL',
      retryAfterMs: 1_000
    });
    expect(idsOf(await long)).toHaveLength(100);
  });

  test('a deadline that cannot be met, with a hint when it may be', async () => {
    const slow = { ...systemClock, now: () => performance.now() * 1e6 }; // as if a step took minutes
    const tier = await fakeTier({ engine: { clock: slow } });
    await events(tier, requests({}));
    await expect(events(tier, requests({}), { deadline: Date.now() + 5_000 })).rejects.toMatchObject({
      code: Code.RESOURCE_EXHAUSTED,
      reason: 'DEADLINE_TOO_SHORT',
      retryAfterMs: expect.any(Number)
    });
    expect((await tier.client.getTransformerStats({})).refused).toBe(1n);
  });

  test('what waits when the service shuts down, with a hint when to come again; what runs is finished', async () => {
    const tier = await fakeTier({ runner: { slots: 1 } });
    const running = events(tier, requests({ maxNewTokens: 150 }));
    while (tier.engine.stats().groups === 0) await new Promise((resolve) => setImmediate(resolve));
    const waiting = events(tier, requests({}));
    while (tier.engine.stats().queued === 0) await new Promise((resolve) => setImmediate(resolve));
    tier.engine.refuseWaiting();
    await expect(waiting).rejects.toMatchObject({ code: Code.UNAVAILABLE, reason: 'DRAINING', retryAfterMs: 1_000 });
    expect(idsOf(await running)).toHaveLength(150);
  });
});

describe('ends', () => {
  test('a caller that leaves frees its memory within one step', async () => {
    const tier = await fakeTier();
    for await (const { event } of tier.client.generate(requests({ maxNewTokens: 190 }))) if (event?.$case === 'tokens') break;
    await tier.engine.idle();
    expect(tier.engine.stats()).toMatchObject({ groups: 0, kvBytesUsed: 0 });
    expect(tier.engine.stats().steps).toBeLessThan(180);
    expect((await tier.client.getTransformerStats({})).tier).toMatchObject({ completed: 0n, failed: 1n, running: 0 });
  });

  test('a deadline ends it, and frees its memory', async () => {
    const tier = await fakeTier();
    async function* silent() {
      yield* requests({ prompt: [picture] });
      await new Promise(() => {});
    }
    await expect(events(tier, silent(), { deadline: Date.now() + 100 })).rejects.toMatchObject({ code: Code.DEADLINE_EXCEEDED });
    await expect.poll(() => tier.engine.stats()).toMatchObject({ groups: 0, kvBytesUsed: 0 });
  });

  test('a step that fails is INTERNAL with its words, and the next request works', async () => {
    const tier = await fakeTier();
    tier.runner.during(1, () => {
      throw new Error('the kernel said no');
    });
    await expect(events(tier, requests({}))).rejects.toMatchObject({
      code: Code.INTERNAL,
      reason: 'STEP_FAILED',
      message: 'a step failed: the kernel said no'
    });
    expect(idsOf(await events(tier, requests({})))).toHaveLength(4);
  });
});
