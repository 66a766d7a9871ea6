import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Code, collectPictures, collectText, picture, userMessage } from '@janus-mesh/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKPOINTS, startTestMesh, type TestMesh } from '../support/mesh.ts';
import { harmOf } from '../support/unharmed.ts';

const shown = (name: string) => picture(readFileSync(join(CHECKPOINTS.tinyShapes, `pictures/${name}.png`)));

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh({ checkpoint: CHECKPOINTS.tinyShapes });
});
afterAll(() => mesh?.[Symbol.asyncDispose]());

const talk = () => collectText(mesh.client.chat({ messages: [userMessage('Is there a red star?')] }));
/** Read in another way, a picture is another one to every cache. */
const look = (name: string, rawOrientation = false) =>
  collectText(mesh.client.chat({ messages: [userMessage(shown(name), 'Describe the image.')], rawOrientation }));
const draw = () => collectPictures(mesh.client.generateImage({ prompt: 'a red circle', seed: 7n }));

const isAway = (tier: string) => ({
  code: Code.UNAVAILABLE,
  reason: 'TIER_UNAVAILABLE',
  message: expect.stringContaining(`${tier} at ${mesh.processes.addressOf(tier)} is not available`),
  metadata: { tier },
  retryAfterMs: 1000,
  requestId: expect.stringMatching(/.+/)
});

/** Kills a service, looks at the mesh without it, starts it again, and waits until all is as if nothing had happened. */
async function without(label: string, meanwhile: () => Promise<void>): Promise<void> {
  const before = mesh.processes.pids;
  await mesh.processes.kill(label);
  await meanwhile();
  await mesh.processes.startAgain(label);
  await expect.poll(() => look('lone-square').catch(String), { timeout: 15_000, interval: 100 }).toContain('a purple square');
  await expect.poll(() => draw().then(({ length }) => length, String), { timeout: 15_000, interval: 100 }).toBe(1);
  const after = mesh.processes.pids;
  expect(after[label]).not.toBe(before[label]);
  expect({ ...after, [label]: 0 }).toEqual({ ...before, [label]: 0 });
}

describe('a service that is killed while nothing runs, and started again, heals the mesh, and no other is started again:', () => {
  test('the vision encoder; meanwhile there is drawing and talking, also about a picture that is known', async () => {
    await look('three-hearts');
    await without('vision-encoder', async () => {
      await expect(look('star-above-circle')).rejects.toMatchObject(isAway('vision-encoder'));
      expect(await look('three-hearts')).toContain('three pink hearts');
      expect(await talk()).not.toBe('');
      expect((await draw())[0]?.decodeError).toBeUndefined();
    });
    expect(await look('star-above-circle')).toContain('a red star and a blue circle');
  });

  test('the image codec; meanwhile there is talking, and a drawing is refused before it is begun', async () => {
    await without('image-codec', async () => {
      const { steps } = await mesh.transformer.getTransformerStats({});
      await expect(draw()).rejects.toMatchObject(isAway('image-codec'));
      expect((await mesh.transformer.getTransformerStats({})).steps).toBe(steps);
      expect(await look('three-hearts', true)).toContain('three pink hearts');
    });
  });

  test('the transformer; meanwhile tokens are counted and the model is described, and what it drew it draws again', async () => {
    const drawn = await draw();
    await without('transformer', async () => {
      for (const work of [talk, draw, () => look('three-hearts')]) await expect(work()).rejects.toMatchObject(isAway('transformer'));
      expect((await mesh.client.getModel()).revision).toBe(mesh.model.revision);
      const { promptTokens } = await mesh.client.countTokens({ $case: 'image', value: { prompt: 'a red circle' } });
      expect(promptTokens).toBeGreaterThan(0);
    });
    expect(await draw()).toEqual(drawn);
  });

  test('the orchestrator; meanwhile its clients are told that nobody is there', async () => {
    await without('orchestrator', async () => {
      await expect(talk()).rejects.toMatchObject({ code: Code.UNAVAILABLE });
    });
  });

  test('and in the end nothing is left of it all', async () => {
    expect(await harmOf(mesh)).toEqual([]);
  });
});
