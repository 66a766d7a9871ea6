import { seededRandom } from '@janus-mesh/networks/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Engine } from './engine/engine.ts';
import type { EngineRequest } from './engine/engine-request.ts';
import type { PromptPart } from './engine/prompt.ts';
import { pictureRequest, type Received, receive, textRequest } from './engine/testing/test-bench.ts';
import { createRunner } from './runner/create-runner.ts';
import type { PackedRunner } from './runner/packed-runner.ts';
import { importGolden, runtime } from './runner/testing/golden-runner.ts';

const KV_BUDGET = 64 << 20;
const [ROWS, WIDTH] = [16, 48]; // of a picture of these goldens

const random = seededRandom(11);
const ids = (length: number): PromptPart => ({ kind: 'ids', ids: Array.from({ length }, () => Math.floor(random() * 2000)) });
const pixels = Float32Array.from({ length: ROWS * WIDTH }, () => random() - 0.5);
const cat: PromptPart = { kind: 'features', hash: 'cat', rows: ROWS };

/** Asks one after another; on an engine that keeps prompts, or on one that does not. */
async function ask(runner: PackedRunner, specs: readonly EngineRequest[], prefixCacheBytes: number) {
  const engine = new Engine({ runner, kvBudgetBytes: KV_BUDGET, prefixCacheBytes, featureCacheBytes: 0 });
  const answers: Received[] = [];
  for (const spec of specs) {
    const handle = engine.submit(spec);
    if (spec.prompt.includes(cat)) handle.provideFeatures('cat', pixels.slice(), ROWS);
    answers.push(await receive(handle));
  }
  const { prefixes, features } = engine.stats();
  await engine.close();
  return { answers, reused: prefixes.reusedTokens, aligned: features.misses };
}

describe.each([
  { quantize: 'f32', kv: 'f32' },
  { quantize: 'w8a8', kv: 'f32' },
  { quantize: 'w8a8', kv: 'int8' }
] as const)('weights in $quantize, caches in $kv:', ({ quantize, kv }) => {
  let runner: PackedRunner;
  let remove: () => Promise<void>;

  beforeAll(async () => {
    const golden = await importGolden('tiny-pro', quantize);
    remove = golden.remove;
    runner = await createRunner({ bundle: golden.bundle, runtime, slots: 4, kvBudgetBytes: KV_BUDGET, kv });
  });

  afterAll(async () => {
    runner?.release();
    await remove?.();
  });

  test('a prompt that goes on from a kept one gives the bits it gives when it is run whole', async () => {
    const system = ids(150);
    const first = [system, cat, ids(9)];
    const specs = [1, 2, 3, 30, 38, 39, 40, 41, 42, 80, 81].flatMap((tail) => [
      textRequest(0, { prompt: [system, ids(tail)], maxNewTokens: 4 }),
      textRequest(0, { prompt: [...first, ids(tail)], maxNewTokens: 4 }),
      pictureRequest(0, 20 + tail, { prompt: [system, ids(tail)], maxNewTokens: 4 })
    ]);
    const kept = await ask(runner, specs, KV_BUDGET / 2);
    const whole = await ask(runner, specs, 0);
    expect(kept.answers.map(({ error }) => error)).toEqual(specs.map(() => undefined));
    expect(kept.answers.map(({ hashes }) => hashes)).toEqual(whole.answers.map(({ hashes }) => hashes));
    expect(kept.reused).toBeGreaterThan(specs.length * 140);
    expect(kept.aligned).toBe(1);
  });

  test('a conversation that goes on from its own answers gives the bits it gives when it is run whole', async () => {
    const turns: EngineRequest[] = [];
    let prompt: readonly PromptPart[] = [ids(70)];
    for (let turn = 0; turn < 4; turn++) {
      const spec = textRequest(0, { prompt, maxNewTokens: 20 });
      const [answer] = (await ask(runner, [spec], 0)).answers;
      turns.push(spec);
      prompt = [...prompt, { kind: 'ids', ids: answer?.ids[0] ?? [] }, ids(5)];
    }
    const kept = await ask(runner, turns, KV_BUDGET / 2);
    expect(kept.answers.map(({ hashes }) => hashes)).toEqual((await ask(runner, turns, 0)).answers.map(({ hashes }) => hashes));
    const answers = runner.replaysExactly ? 19 : 0; // the last token of an answer was not run
    expect(kept.reused).toBe(70 + answers + (95 + answers) + (120 + answers));
  });
});
