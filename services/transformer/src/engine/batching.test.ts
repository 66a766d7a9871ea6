import { expect, test } from 'vitest';
import { PREFILL_CHUNK } from './chunk-grid.ts';
import { EngineError } from './engine-error.ts';
import type { EngineRequest } from './engine-request.ts';
import { makeBench, NOTHING_LEFT, pictureRequest, type Received, receive, textRequest } from './testing/test-bench.ts';
import { Uniform } from './uniform.ts';

const PATTERNS = 60;
const CANCELLED = new EngineError('CANCELLED', 'enough');

/** Whole numbers below a limit, the same for the same seed. */
function dice(seed: bigint): (below: number) => number {
  const uniform = new Uniform(seed);
  let thrown = 0;
  return (below) => Math.floor(uniform.at(thrown++) * below);
}

function randomRequest(roll: (below: number) => number): EngineRequest {
  const sampling = { temperature: roll(3) / 2, topK: [0, 5, 20][roll(3)] ?? 0, topP: [1, 0.9, 0.5][roll(3)] ?? 1 };
  const common = {
    caller: ['a', 'b', 'c'][roll(3)] as string,
    sampling,
    seed: BigInt(roll(1000)),
    maxNewTokens: 1 + roll(25),
    stopIds: new Set([roll(60)])
  };
  if (roll(2)) return textRequest(1 + roll(200), { ...common, samples: 1 + roll(2) });
  return pictureRequest(1 + roll(140), 1 + roll(140), { ...common, samples: 1 + roll(3), guidanceWeight: 1 + roll(3) });
}

// Each pattern: requests come at random steps, some are cancelled, memory and slots are scarce.
test.each(Array.from({ length: PATTERNS }, (_, i) => i))('in company as alone, bit for bit: arrival pattern %i', async (pattern) => {
  const roll = dice(BigInt(pattern));
  const bench = makeBench({
    kvBudgetBytes: 500 + roll(1500),
    prefillTokens: PREFILL_CHUNK + roll(200),
    runner: { slots: 2 + roll(8), rounding: 8 }
  });
  const waiting = new Map(Array.from({ length: 11 }, (_, i) => [i, randomRequest(roll)]));
  const specs = new Map(waiting);
  const results = new Map<number, Promise<Received>>();
  const arrive = (index: number) => {
    const spec = waiting.get(index);
    if (!spec || !waiting.delete(index)) return;
    const handle = bench.engine.submit(spec);
    results.set(index, receive(handle));
    if (roll(5) === 0) bench.runner.during(bench.runner.steps.length + roll(6), () => handle.cancel(CANCELLED));
  };
  for (const index of specs.keys()) bench.runner.during(roll(40), () => arrive(index));
  while (waiting.size > 0) {
    arrive(waiting.keys().next().value as number);
    await bench.engine.idle();
  }
  for (const [index, result] of results) {
    const { ids, hashes, error } = await result;
    const spec = specs.get(index) as EngineRequest;
    if (error) expect(error).toBe(CANCELLED);
    else expect(ids.length).toBe(spec.samples);
    for (const [i, sample] of ids.entries()) {
      const alone = await makeBench().submit({ ...spec, samples: 1, seed: spec.seed + BigInt(i) });
      // A cancelled one has the beginning of what it would have had.
      const whole = error === undefined ? undefined : sample.length;
      expect(sample).toEqual(alone.ids[0]?.slice(0, whole));
      expect(hashes[i]).toEqual(alone.hashes[0]?.slice(0, whole));
    }
  }
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});
