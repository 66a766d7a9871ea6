import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectText, picture, userMessage } from '@janus-mesh/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKPOINTS, startTestMesh, type TestMesh } from '../support/mesh.ts';
import { harmOf } from '../support/unharmed.ts';
import { whileStopped } from '../support/while-stopped.ts';

const FEATURES_MS = 2_500;
const ANSWERS = {
  'star-above-circle': 'a red star and a blue circle',
  'three-hearts': 'three pink hearts'
} as const;
type Name = keyof typeof ANSWERS;

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh({
    checkpoint: CHECKPOINTS.tinyShapes,
    settings: {
      transformer: {
        JANUS_MESH_FEATURES_SECONDS: String(FEATURES_MS / 1_000),
        JANUS_MESH_FEATURE_CACHE_BYTES: '0',
        JANUS_MESH_PREFIX_CACHE_SHARE: '0' // a known prompt needs no features
      },
      'vision-encoder': { JANUS_MESH_FEATURE_CACHE_BYTES: '0' }
    }
  });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const stats = () => mesh.transformer.getTransformerStats({});

function describe(name: Name): Promise<string> {
  const data = readFileSync(join(CHECKPOINTS.tinyShapes, `pictures/${name}.png`));
  return collectText(mesh.client.chat({ messages: [userMessage(picture(data), 'Describe the image.')] }));
}

test('pictures that take the encoder longer than the transformer waits for a sign of them are all answered', async () => {
  const names = Object.keys(ANSWERS) as Name[];
  let answers: Promise<string[]> | undefined;
  await whileStopped(mesh, 'vision-encoder', async () => {
    answers = Promise.all([...names, ...names].map(describe));
    answers.catch(() => {});
    await expect.poll(async () => (await stats()).groups).toBe(4);
    await sleep(2 * FEATURES_MS);
    expect((await stats()).groups).toBe(4);
  });
  expect((await answers)?.map((answer) => answer.trim())).toEqual([...names, ...names].map((name) => ANSWERS[name]));
  expect(await harmOf(mesh)).toEqual([]);
});

test('an orchestrator that falls silent while pictures are awaited loses their memory in time', async () => {
  let lost: Promise<unknown> | undefined;
  await whileStopped(mesh, 'vision-encoder', async () => {
    lost = describe('three-hearts').catch((error: unknown) => error);
    await expect.poll(async () => (await stats()).groups).toBe(1);
    await whileStopped(mesh, 'orchestrator', async () => {
      await expect.poll(stats, { timeout: 2 * FEATURES_MS }).toMatchObject({ groups: 0, kvBytesUsed: 0n, tier: { running: 0 } });
    });
  });
  expect(await lost).toMatchObject({ codeName: 'ABORTED', reason: 'FEATURES_TIMEOUT' });
  expect(await harmOf(mesh)).toEqual([]);
});
