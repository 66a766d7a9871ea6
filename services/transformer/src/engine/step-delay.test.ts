import { expect, test } from 'vitest';
import { EngineError } from './engine-error.ts';
import { makeBench, NOTHING_LEFT, receive, textRequest } from './testing/test-bench.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Lets the engine come as far as it can without time passing. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn();
}

test('so much time passes between two steps, none after the last', async () => {
  const bench = makeBench({ stepDelayMs: 100 });
  const done = bench.submit(textRequest(4));
  const counts: number[] = [];
  for (const ms of [0, 99, 1, 99, 1]) {
    bench.clock.advance(ms);
    await settle();
    counts.push(bench.runner.steps.length);
  }
  expect(counts).toEqual([1, 1, 2, 2, 3]);
  expect((await done).ids[0]).toHaveLength(3);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('cancelled during the delay, a request is freed at once, and nothing is left of the delay', async () => {
  const bench = makeBench({ stepDelayMs: 100 });
  const handle = bench.engine.submit(textRequest(4));
  await settle();
  expect(bench.engine.stats()).toMatchObject({ steps: 1, groups: 1 });
  handle.cancel(new EngineError('CANCELLED', 'enough'));
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  expect((await receive(handle)).ids[0]).toHaveLength(1);
  await bench.engine.idle();
  expect(bench.runner.steps).toHaveLength(1);
});

test('an engine that is closed during the delay does not wait for its end', async () => {
  const bench = makeBench({ stepDelayMs: 100 });
  const handle = bench.engine.submit(textRequest(4));
  await settle();
  await bench.engine.close();
  expect((await receive(handle)).error).toMatchObject({ reason: 'SHUTTING_DOWN' });
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});
