import { expect, test } from 'vitest';
import type { EngineRequest } from './engine-request.ts';
import { EngineError } from './engine-error.ts';
import { makeBench, NOTHING_LEFT, pictureRequest, receive, textRequest } from './testing/test-bench.ts';
import { Uniform } from './uniform.ts';

const PATTERNS = 60;

/** Whole numbers below a limit, the same for the same seed. */
function dice(seed: bigint): (below: number) => number {
  const uniform = new Uniform(seed);
  let thrown = 0;
  return (below) => Math.floor(uniform.at(thrown++) * below);
}

function randomRequest(roll: (below: number) => number): EngineRequest {
  const sampling = { temperature: roll(3) / 2, topK: [0, 5, 20][roll(3)] ?? 0, topP: [1, 0.9, 0.5][roll(3)] ?? 1 };
  const common = { sampling, seed: BigInt(roll(1000)), maxNewTokens: 1 + roll(25), stopIds: new Set([roll(60)]) };
  if (roll(2)) return textRequest(1 + roll(200), { ...common, samples: 1 + roll(2) });
  return pictureRequest(1 + roll(140), 1 + roll(140), { ...common, samples: 1 + roll(3), guidanceWeight: 1 + roll(3) });
}

// Each pattern: requests come at random steps, some are cancelled, memory and slots are scarce.
test.each(Array.from({ length: PATTERNS }, (_, i) => i))('in company as alone, bit for bit: arrival pattern %i', async (pattern) => {
  const roll = dice(BigInt(pattern));
  const bench = makeBench({ kvBudgetBytes: 500 + roll(1500), prefillTokens: 64 + roll(200), runner: { slots: 2 + roll(8), rounding: 8 } });
  const specs = Array.from({ length: 11 }, () => randomRequest(roll));
  const results: Promise<{ ids: number[][]; hashes: bigint[][]; error: Error | undefined }>[] = [];
  const cancelled = new Set<number>();
  const arrive = (index: number) => {
    const handle = bench.engine.submit(specs[index] as EngineRequest);
    results[index] = receive(handle);
    if (roll(5) > 0) return;
    cancelled.add(index);
    const step = bench.runner.steps.length + 1 + roll(6);
    bench.runner.during(step, () => handle.cancel(new EngineError('CANCELLED', 'enough')));
  };
  specs.slice(1).forEach((_, i) => {
    const step = roll(40);
    bench.runner.during(step, () => {});
    arrivals.set(step, [...(arrivals.get(step) ?? []), i + 1]);
  });
  arrive(0);
  await bench.engine.idle();
  expect(await Promise.all(results)).toBeDefined();
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});
