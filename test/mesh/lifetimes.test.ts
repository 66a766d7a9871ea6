import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { picture, userMessage } from '@janus-mesh/client';
import type { Part } from '@janus-mesh/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepCompany } from '../support/company.ts';
import { type CallInput, type LeavingCaller, sees, WAYS_TO_LEAVE } from '../support/leaving-caller.ts';
import { CHECKPOINTS, startTestMesh, type TestMesh } from '../support/mesh.ts';
import { harmOf } from '../support/unharmed.ts';
import { whileStopped } from '../support/while-stopped.ts';

const KEEPALIVE = { JANUS_MESH_KEEPALIVE_SECONDS: '0.7', JANUS_MESH_KEEPALIVE_TIMEOUT_SECONDS: '0.7' };

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh({
    checkpoint: CHECKPOINTS.tinyShapes,
    settings: {
      orchestrator: KEEPALIVE,
      transformer: {
        JANUS_MESH_STEP_DELAY_MS: '20',
        JANUS_MESH_SLOTS: '8',
        JANUS_MESH_PREFILL_TOKENS: '96',
        JANUS_MESH_FEATURE_CACHE_BYTES: '0',
        JANUS_MESH_PREFIX_CACHE_SHARE: '0' // a prompt that is known has nothing to prefill, and needs no features
      },
      'vision-encoder': { JANUS_MESH_FEATURE_CACHE_BYTES: '0' }
    }
  });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const ROWS = 6; // of codes; each is a progress
const STAR = readFileSync(join(CHECKPOINTS.tinyShapes, 'pictures/star-above-circle.png'));
// With this seed, no token that ends it is drawn.
const LONG = { temperature: 100, maxTokens: 220, seed: 1n };
const chat = (...parts: readonly (string | Part)[]): CallInput => ({
  call: 'chat',
  request: { ...LONG, messages: [userMessage(...parts)] }
});
const draw = (samples: number): CallInput => ({ call: 'generateImage', request: { prompt: 'a red circle', samples, seed: 7n } });

const stats = () => mesh.transformer.getTransformerStats({});
const failures = async () => Number((await stats()).tier?.failed);

/** Brings a caller's requests to where they wait, prefill, decode, and await features. */
async function begin(caller: LeavingCaller): Promise<string[][]> {
  const awaiting = caller.begin(chat(picture(STAR), 'Describe the image.'));
  const decoding = caller.begin(chat('Describe the image.'));
  await sees(awaiting, 'started');
  await sees(decoding, 'delta', 3);
  const prefilling = caller.begin(chat('red star '.repeat(350)));
  await sees(prefilling, 'started');
  const running = caller.begin(draw(16));
  const waiting = caller.begin(draw(1));
  await sees(running, 'started');
  await sees(waiting, 'queued');
  expect(prefilling).toEqual(['started']);
  return [awaiting, decoding, running, waiting, prefilling];
}

test.each(Object.entries(WAYS_TO_LEAVE))(
  'a caller %s frees what it has within a step, wherever it is, and changes nobody else',
  async (_, makeCaller) => {
    const failed = await failures();
    const company = await keepCompany(mesh, { draws: true });
    const caller = await makeCaller(mesh.mesh.target);
    await whileStopped(mesh, 'vision-encoder', async () => {
      const calls = await begin(caller);
      expect(await failures()).toBe(failed);
      caller.leave();
      await expect.poll(failures, { timeout: 10_000, interval: 10 }).toBe(failed + calls.length);
      for (const call of calls) expect(call).not.toContain('finished');
      expect(calls[0]).not.toContain('delta');
      expect(calls[3]).not.toContain('started');
    });
    const { cancelToFreeSteps } = await stats();
    expect(cancelToFreeSteps).toBeLessThanOrEqual(1);
    const answered = await company.stop();
    expect(answered.chats).toBeGreaterThan(0);
    expect(answered.drawings).toBeGreaterThan(0);
    expect(await harmOf(mesh)).toEqual([]);
  }
);

test('callers that leave while their pictures decode free the codec, whichever way they go', async () => {
  const { tier } = await mesh.imageCodec.getImageCodecStats({});
  const company = await keepCompany(mesh, { draws: false });
  const callers = await Promise.all(Object.values(WAYS_TO_LEAVE).map((make) => make(mesh.mesh.target)));
  const calls = callers.map((caller) => caller.begin(draw(1)));
  for (const call of calls) await sees(call, 'started');
  const ended = () => mesh.lines.filter((line) => /GenerateImage".*"(CANCELLED|DEADLINE_EXCEEDED)"/.test(line)).length;
  const endedBefore = ended();
  await whileStopped(mesh, 'image-codec', async () => {
    for (const call of calls) await sees(call, 'progress', ROWS);
    expect(await stats()).toMatchObject({ codeRows: 0, codesQueued: 0 });
    for (const caller of callers) caller.leave();
    await expect.poll(ended, { timeout: 10_000 }).toBe(endedBefore + calls.length);
  });
  for (const call of calls) expect(call).not.toContain('picture');
  const codec = async () => (await mesh.imageCodec.getImageCodecStats({})).tier;
  const failed = (tier?.failed ?? 0n) + BigInt(calls.length);
  await expect.poll(codec, { timeout: 10_000 }).toMatchObject({ queued: 0, running: 0, failed, completed: tier?.completed });
  expect((await company.stop()).chats).toBeGreaterThan(0);
  expect(await harmOf(mesh)).toEqual([]);
});

test('of all that, no call is left open anywhere: a shutdown has nothing to abort', async () => {
  await mesh.mesh.stop();
  const stops = mesh.lines.filter((line) => line.includes('"msg":"stopped"')).map((line) => /"aborted":\d+/.exec(line)?.[0]);
  expect(stops).toEqual(new Array(4).fill('"aborted":0'));
});
