import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { assistantMessage, type ChatInput, collectPictures, picture, userMessage } from '@janus-mesh/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestMesh, type TestMesh } from './testing/test-mesh.ts';
import { valuesOf } from './testing/values-of.ts';

const PICTURES = resolve(import.meta.dirname, '../../../models/tiny-shapes/pictures');
const hearts = picture(readFileSync(resolve(PICTURES, 'three-hearts.png')));
const PICTURE_TOKENS = 36;

let mesh: TestMesh;

// The transformer forgets features at once: what it does not ask for, it has as keys and values.
beforeAll(async () => {
  mesh = await startTestMesh('tiny-shapes', { JANUS_MESH_FEATURE_CACHE_BYTES: '0' });
});
afterAll(() => mesh?.stop());

async function counts() {
  const { tiers } = await mesh.client.getStatus();
  const only = (name: string) => tiers.find(({ tier }) => tier === name)?.replicas[0];
  const { stepTokens = 0n, reusedTokens = 0n } = only('transformer') ?? {};
  return { encoded: Number(only('vision-encoder')?.completed), run: Number(stepTokens), reused: Number(reusedTokens) };
}

/** What an answer took, by the counters of the tiers and by what its caller is told. */
async function ask(request: ChatInput) {
  const before = await counts();
  const events = [];
  for await (const event of mesh.client.chat({ maxTokens: 5, ...request })) events.push(event);
  const after = await counts();
  const { usage, timings } = valuesOf(events, 'finished')[0] ?? {};
  return {
    text: valuesOf(events, 'delta')
      .map(({ text }) => text)
      .join(''),
    prompt: usage?.promptTokens ?? 0,
    cached: usage?.cachedPromptTokens ?? 0,
    visionSeconds: timings?.visionSeconds,
    encoded: after.encoded - before.encoded,
    run: after.run - before.run - ((usage?.completionTokens ?? 0) - 1), // of the prompt
    reused: after.reused - before.reused
  };
}

test('a second question about a picture costs no encoding, and only the question is read', async () => {
  const first = await ask({ messages: [userMessage(hearts, 'Describe the image.')] });
  expect(first).toMatchObject({ encoded: 1, run: first.prompt, cached: 0 });
  const second = await ask({ messages: [userMessage(hearts, 'How many hearts are there?')] });
  expect(second).toMatchObject({ encoded: 0, visionSeconds: 0, run: second.prompt - second.cached, reused: second.cached });
  expect(second.cached).toBeGreaterThan(PICTURE_TOKENS);
  expect(second.run).toBeLessThan(0.4 * second.prompt);
});

test('so does the next turn about it, and the answer is that of a mesh that has read nothing before', async () => {
  const conversation: ChatInput = {
    messages: [userMessage(hearts, 'Describe the image.'), assistantMessage('Three hearts.'), userMessage('How many hearts are there?')]
  };
  const { text, ...next } = await ask(conversation);
  expect(next).toMatchObject({ encoded: 0, run: next.prompt - next.cached, reused: next.cached });
  expect(next.cached).toBeGreaterThan(PICTURE_TOKENS + 10);
  const other = await startTestMesh('tiny-shapes', { JANUS_MESH_PREFIX_CACHE_SHARE: '0' });
  try {
    let alone = '';
    for await (const event of other.client.chat({ maxTokens: 5, ...conversation })) if (event.$case === 'delta') alone += event.value.text;
    expect(alone).toBe(text);
  } finally {
    await other.stop();
  }
});

test('a salt keeps it to those who know it', async () => {
  const question: ChatInput = { messages: [userMessage(hearts, 'Describe the image.')] };
  const cached = async (cacheSalt: string) => (await ask({ ...question, cacheSalt })).cached;
  expect([await cached('a'), await cached('b'), await cached('a')]).toEqual([0, 0, expect.any(Number)]);
  expect(await cached('b')).toBeGreaterThan(PICTURE_TOKENS);
});

test('a drawing finds both prompts of an earlier one', async () => {
  const draw = { prompt: 'a red star above a small blue circle', temperature: 0 };
  const before = await counts();
  const [first] = await collectPictures(mesh.client.generateImage(draw));
  const [second] = await collectPictures(mesh.client.generateImage(draw));
  expect(second?.codeIds).toEqual(first?.codeIds);
  expect((await counts()).reused).toBeGreaterThan(before.reused);
});
