import { expect, test } from 'vitest';
import { PREFILL_CHUNK } from './chunk-grid.ts';
import { EngineError } from './engine-error.ts';
import type { EngineOptions } from './engine-options.ts';
import type { FakeRunnerOptions } from './testing/fake-runner.ts';
import { makeBench, NOTHING_LEFT, pictureRequest, receive, textRequest } from './testing/test-bench.ts';

const STEP_MS = 100;

/** A bench whose steps take 100 ms each, and that has run some: alone, a request that did not wait. */
async function warmBench(options: Partial<Omit<EngineOptions, 'runner'>> & { runner?: FakeRunnerOptions } = {}) {
  const bench = makeBench(options);
  for (let step = 0; step < 1_000; step++) bench.runner.during(step, () => bench.clock.advance(STEP_MS));
  await bench.submit(textRequest(3, { maxNewTokens: 5 }));
  return bench;
}

function refusal(submit: () => unknown): EngineError {
  try {
    submit();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('a deadline that is over is refused', async () => {
  const bench = await warmBench();
  const error = refusal(() => bench.engine.submit(textRequest(3, { deadline: bench.clock.unixMs() - 20 })));
  expect(error).toMatchObject({ reason: 'DEADLINE_EXCEEDED', message: 'the deadline is over, 20 ms ago' });
  expect(bench.leftovers()).toMatchObject({ ...NOTHING_LEFT, refused: 1, cancels: 0 });
});

test('too little time even to run the prompt is refused, just enough is not: the longer prompt of a pair counts', async () => {
  const bench = await warmBench();
  const submit = (leftMs: number) =>
    pictureRequest(10, 4 * PREFILL_CHUNK + 1, { deadline: bench.clock.unixMs() + leftMs, maxNewTokens: 1 });
  expect(refusal(() => bench.engine.submit(submit(499)))).toMatchObject({
    reason: 'DEADLINE_TOO_SHORT',
    message: 'running the prompt takes 500 ms at least, the deadline is in 499 ms',
    retryAfterMs: 50
  });
  const { error } = await bench.submit(submit(500));
  expect(error).toBeUndefined();
});

test('the fastest of the last steps counts for the prompt: a slow one proves nothing', async () => {
  const bench = makeBench();
  for (let step = 0; step < 10; step++) bench.runner.during(step, () => bench.clock.advance(step === 4 ? 10 : 10_000));
  await bench.submit(textRequest(3, { maxNewTokens: 10 }));
  expect((await bench.submit(textRequest(PREFILL_CHUNK, { deadline: bench.clock.unixMs() + 11, maxNewTokens: 1 }))).error).toBeUndefined();
});

test('an engine that has run nothing yet refuses nobody for time', async () => {
  const bench = makeBench({ runner: { slots: 1 } });
  const both = [1, 2].map(() => bench.submit(textRequest(200, { deadline: 1 })));
  for (const { error } of await Promise.all(both)) expect(error).toBeUndefined();
});

// One slot, 10 steps a request: an admission each second, once the engine has seen some.
async function busyBench(queueLimit = 256) {
  const bench = await warmBench({ runner: { slots: 1 }, queueLimit });
  const requests = Array.from({ length: 40 }, () => bench.engine.submit(textRequest(3, { maxNewTokens: 10 })));
  const readers = requests.map(receive);
  while (bench.engine.stats().queued > 20) await new Promise((resolve) => setImmediate(resolve));
  return { bench, readers };
}

test('a wait that is longer than the deadline is refused, with a hint when it may be short enough; a shorter one is not', async () => {
  const { bench, readers } = await busyBench();
  const { queued } = bench.engine.stats();
  const submit = (leftMs: number) => bench.engine.submit(textRequest(3, { deadline: bench.clock.unixMs() + leftMs, maxNewTokens: 1 }));
  const error = refusal(() => submit(queued * 900));
  expect(error.reason).toBe('DEADLINE_TOO_SHORT');
  expect(error.message).toMatch(/^the wait takes some \d+ ms, the deadline is in \d+ ms$/);
  expect(error.retryAfterMs).toBeGreaterThan(queued * 50);
  expect(error.retryAfterMs).toBeLessThan(queued * 200);
  expect(submit(queued * 1_100)).toBeDefined();
  expect(bench.engine.stats().refused).toBe(1);
  await Promise.all(readers);
});

test('only those of its own kind count for the wait: text before it does not make a picture late', async () => {
  const { bench, readers } = await busyBench();
  const late = pictureRequest(3, 3, { guidanceWeight: 1, deadline: bench.clock.unixMs() + 500, maxNewTokens: 1, caller: 'painter' });
  expect((await bench.submit(late)).error).toBeUndefined();
  await Promise.all(readers);
});

test('who finds the queue full is told to come again when about one admission has passed', async () => {
  const { bench, readers } = await busyBench(40);
  while (bench.engine.stats().queued < 40) readers.push(bench.submit(textRequest(3, { maxNewTokens: 10 })));
  const { retryAfterMs } = refusal(() => bench.engine.submit(textRequest(3)));
  expect(retryAfterMs).toBeGreaterThan(900);
  expect(retryAfterMs).toBeLessThan(1_100);
  await Promise.all(readers);
});

test('at the end, what waits is refused at once, and what comes; what runs is finished', async () => {
  const bench = makeBench({ runner: { slots: 2 } });
  const running = bench.submit(pictureRequest(3, 3, { samples: 3, maxNewTokens: 20 }));
  const waiting = [textRequest(4), pictureRequest(3, 3), textRequest(2)].map((spec) => bench.submit(spec));
  bench.runner.during(2, () => bench.engine.refuseWaiting());
  const refused = await Promise.all(waiting);
  expect(bench.runner.steps).toHaveLength(3);
  for (const { error, events } of refused) {
    expect(error).toMatchObject({ reason: 'DRAINING', retryAfterMs: 1_000 });
    expect(events.map(({ kind }) => kind)).not.toContain('admitted');
  }
  expect(refusal(() => bench.engine.submit(textRequest(3))).reason).toBe('DRAINING');
  expect((await running).ids.map((sample) => sample.length)).toEqual([20, 20, 20]);
  expect(bench.leftovers()).toMatchObject({ ...NOTHING_LEFT, refused: 0, cancels: 0 });
});

test('those refused between two steps make room for nobody who waits behind them', async () => {
  const bench = makeBench({ kvBudgetBytes: 20 });
  const running = bench.engine.submit(textRequest(10));
  const waiting = [textRequest(18), textRequest(1, { maxNewTokens: 1 })].map((spec) => bench.submit(spec)); // the second would fit
  bench.engine.refuseWaiting();
  for (const { error } of await Promise.all(waiting)) expect(error).toMatchObject({ reason: 'DRAINING' });
  expect((await receive(running)).error).toBeUndefined();
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});
