import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Head, Role } from '@janus-mesh/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKPOINTS, startTestMesh, type TestMesh, temporaryBundle } from '../support/mesh.ts';
import { type Generation, generate } from '../support/tier-calls.ts';

let bundle: Awaited<ReturnType<typeof temporaryBundle>>;
let mesh: TestMesh;
beforeAll(async () => {
  bundle = await temporaryBundle(CHECKPOINTS.tinyShapes);
  mesh = await startTestMesh({ bundle: bundle.bundle });
});
afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
  bundle.remove();
});

// "a red circle" as the model's prompt: BOS … begin_of_image; the other row keeps the first and last id.
const PROMPT = [558, 586, 25, 259, 344, 301, 198, 198, 587, 25, 561];
const ids = (values: number[]) => [{ content: { $case: 'ids' as const, value: { ids: values } } }];

/** Draws with the transformer alone; a hash of the guided logits comes with each code. */
function codes(on: TestMesh, seed: bigint, prompt = PROMPT, temperature = 1): Promise<Generation> {
  return generate(on.transformer, {
    revision: on.model.revision,
    head: Head.HEAD_CODES,
    prompt: ids(prompt),
    negativePrompt: ids(prompt.map((id, at) => (at === 0 || at === prompt.length - 1 ? id : 560))),
    guidanceWeight: 5,
    sampling: { temperature, topK: 0, topP: 1, seed },
    samples: 1,
    maxNewTokens: 36,
    logitHashes: true
  });
}

test('the same seed gives the same codes and the same logits at every step: twice, beside other requests, after a restart', async () => {
  const alone = await codes(mesh, 11n);
  expect(alone.ids[0]).toHaveLength(36);
  expect(alone.hashes[0]).toHaveLength(36);

  expect(await codes(mesh, 11n)).toEqual(alone);

  const longer = [...PROMPT.slice(0, 3), ...Array.from({ length: 150 }, (_, at) => 260 + (at % 90)), ...PROMPT.slice(3)];
  const [beside] = await Promise.all([
    codes(mesh, 11n),
    codes(mesh, 12n),
    codes(mesh, 13n, longer),
    answer(mesh),
    codes(mesh, 14n),
    answer(mesh)
  ]);
  expect(beside).toEqual(alone);

  await using restarted = await startTestMesh({ bundle: bundle.bundle, threads: 1 });
  expect(await codes(restarted, 11n)).toEqual(alone);
});

test('another seed gives another drawing', async () => {
  const seeds = await Promise.all([1n, 2n, 3n].map((seed) => codes(mesh, seed, PROMPT, 20)));
  expect(new Set(seeds.map(({ ids: [first] }) => first?.join())).size).toBe(3);
});

test('sample i of a request is the only sample of a request with seed + i, to the last byte', async () => {
  const three = await pictures({ prompt: 'two red hearts and a blue ring', samples: 3, seed: 2n ** 64n - 2n });
  expect(three.map(({ seed }) => seed)).toEqual([2n ** 64n - 2n, 2n ** 64n - 1n, 0n]);
  for (const one of three)
    expect(await pictures({ prompt: 'two red hearts and a blue ring', seed: one.seed })).toEqual([{ ...one, sampleIndex: 0 }]);
});

async function pictures(request: { prompt: string; samples?: number; seed: bigint }) {
  const found = [];
  for await (const event of mesh.client.generateImage(request)) if (event.$case === 'picture') found.push(event.value);
  return found.sort((a, b) => a.sampleIndex - b.sampleIndex);
}

async function answer(on: TestMesh): Promise<void> {
  const data = readFileSync(join(CHECKPOINTS.tinyShapes, 'pictures/three-hearts.png'));
  const parts = [
    { content: { $case: 'picture' as const, value: { data } } },
    { content: { $case: 'text' as const, value: 'Describe the image.' } }
  ];
  for await (const _ of on.client.chat({ messages: [{ role: Role.ROLE_USER, parts }] })) {
    // The answer itself is checked elsewhere.
  }
}
