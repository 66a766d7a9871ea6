import { expect, test } from 'vitest';
import { PREFILL_CHUNK } from './chunk-grid.ts';
import { EngineError } from './engine-error.ts';
import type { EngineRequest } from './engine-request.ts';
import type { Prompt, PromptPart } from './prompt.ts';
import { makeBench, NOTHING_LEFT, pictureRequest, type Received, receive, textRequest } from './testing/test-bench.ts';
import { Uniform } from './uniform.ts';

const PATTERNS = 60;
const ROUNDS = 4;
const ROWS = 20;
const CANCELLED = new EngineError('CANCELLED', 'enough');

type Bench = ReturnType<typeof makeBench>;
type Roll = (below: number) => number;

function dice(seed: bigint): Roll {
  const uniform = new Uniform(seed);
  let thrown = 0;
  return (below) => Math.floor(uniform.at(thrown++) * below);
}

/** A prompt that begins as others do: with an earlier turn, with a system prompt, or with a picture after it. */
function promptOf(roll: Roll, turns: readonly Prompt[]): Prompt {
  const own: PromptPart = { kind: 'ids', ids: Array.from({ length: 1 + roll(40) }, () => roll(50)) };
  const turn = turns[roll(turns.length + 2)];
  if (turn) return [...turn, own];
  const system = (length: number): PromptPart => ({ kind: 'ids', ids: Array.from({ length }, (_, i) => (i * 7) % 50) });
  if (roll(2)) return [system(10 + roll(90)), own];
  return [system(12), { kind: 'features', hash: ['cat', 'horse'][roll(2)] as string, rows: ROWS }, own];
}

function requestOf(roll: Roll, prompt: Prompt): EngineRequest {
  const common = {
    prompt,
    caller: ['a', 'b'][roll(2)] as string,
    cacheSalt: ['', '', 'salt'][roll(3)],
    sampling: { temperature: roll(2), topK: 0, topP: 1 },
    seed: BigInt(roll(1000)),
    maxNewTokens: 1 + roll(40),
    samples: [1, 1, 3][roll(3)] as number
  };
  return roll(3) ? textRequest(0, common) : pictureRequest(0, 1 + roll(60), common);
}

/** Submits a request with its pictures. Ends it at a later step, if one is given. */
function run({ engine, runner }: Bench, spec: EngineRequest, cancelStep?: number): Promise<Received> {
  const handle = engine.submit(spec);
  const pictures = spec.prompt.flatMap((part) => (part.kind === 'features' ? [part.hash] : []));
  for (const hash of new Set(pictures)) handle.provideFeatures(hash, new Float32Array(ROWS * 2).fill(hash.length), ROWS);
  if (cancelStep !== undefined) runner.during(runner.steps.length + cancelStep, () => handle.cancel(CANCELLED));
  return receive(handle);
}

/** Runs some requests that come now or at later steps. */
async function round(bench: Bench, specs: readonly EngineRequest[], roll: Roll): Promise<Received[]> {
  const results: Promise<Received>[] = [];
  const arrive = (i: number) => {
    results[i] ??= run(bench, specs[i] as EngineRequest, roll(4) === 0 ? roll(8) : undefined);
  };
  for (const i of specs.keys()) bench.runner.during(bench.runner.steps.length + roll(12), () => arrive(i));
  for (const i of specs.keys()) {
    arrive(i);
    if (roll(2)) await bench.engine.idle();
  }
  await bench.engine.idle();
  return Promise.all(results);
}

/** A cancelled request has the beginning of what it would have had. */
async function checkAnswer(spec: EngineRequest, { ids, hashes, error }: Received, replaysExactly: boolean): Promise<void> {
  if (error) expect(error).toBe(CANCELLED);
  for (const [i, sample] of ids.entries()) {
    if (!sample) continue;
    const alone = await run(makeBench({ runner: { replaysExactly } }), { ...spec, samples: 1, seed: spec.seed + BigInt(i) });
    const length = error ? sample.length : undefined;
    expect(sample).toEqual(alone.ids[0]?.slice(0, length));
    expect(hashes[i]).toEqual(alone.hashes[0]?.slice(0, length));
  }
}

// Each pattern: conversations that go on from each other's turns, at random steps, some cancelled, in scarce memory.
test.each(Array.from({ length: PATTERNS }, (_, i) => i))('with what is kept as without, bit for bit: schedule %i', async (pattern) => {
  const roll = dice(BigInt(pattern));
  const replaysExactly = roll(2) === 1;
  const kvBudgetBytes = 900 + roll(2000);
  const bench = makeBench({
    kvBudgetBytes,
    prefixCacheBytes: Math.floor(kvBudgetBytes * ([1, 0.5, 0.2][roll(3)] as number)),
    featureCacheBytes: 0,
    prefillTokens: PREFILL_CHUNK + roll(200),
    runner: { slots: 2 + roll(7), rounding: 16, replaysExactly }
  });
  const turns: Prompt[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const specs = Array.from({ length: 4 }, () => requestOf(roll, promptOf(roll, turns)));
    const answers = await round(bench, specs, roll);
    for (const [j, spec] of specs.entries()) {
      const answer = answers[j] as Received;
      await checkAnswer(spec, answer, replaysExactly);
      if (spec.head === 'text') turns.push([...spec.prompt, { kind: 'ids', ids: answer.ids[0] ?? [] }]);
    }
  }
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  await bench.engine.close();
  expect(bench.runner.liveCaches).toBe(0);
});

test('these schedules reuse, take over and drop what is kept', async () => {
  const bench = makeBench({ kvBudgetBytes: 2000, prefixCacheBytes: 2000, runner: { rounding: 16 } });
  const roll = dice(1n);
  for (let i = 0; i < 10; i++)
    await round(
      bench,
      [1, 2, 3, 4].map(() => ({ ...requestOf(roll, promptOf(roll, [])), cacheSalt: '' })),
      roll
    );
  const { hits, evictions, entries } = bench.engine.stats().prefixes;
  expect(Math.min(hits, evictions, entries)).toBeGreaterThan(5);
});
