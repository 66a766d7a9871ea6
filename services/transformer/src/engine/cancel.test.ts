import { expect, test } from 'vitest';
import { PREFILL_CHUNK } from './chunk-grid.ts';
import { EngineError } from './engine-error.ts';
import type { RequestHandle } from './request-handle.ts';
import { makeBench, NOTHING_LEFT, pictureRequest, receive, textRequest } from './testing/test-bench.ts';

const CANCELLED = new EngineError('CANCELLED', 'enough');
const COMPANY = textRequest(90, { maxNewTokens: 12 });

async function companyAlone() {
  return makeBench().submit(COMPANY);
}

test('cancelled during any step, a group is in no later one, leaks nothing, and changes nobody else', async () => {
  const alone = await companyAlone();
  for (let step = 0; step < 12; step++) {
    const bench = makeBench();
    const company = bench.submit(COMPANY);
    const handle = bench.engine.submit(pictureRequest(118, 20, { maxNewTokens: 30 }));
    const reader = receive(handle);
    let freed: number | undefined;
    bench.runner.during(step, () => handle.cancel(CANCELLED));
    bench.runner.during(step + 1, () => {
      freed = bench.engine.stats().groups;
    });
    expect((await reader).error, `cancelled in step ${step}`).toBe(CANCELLED);
    expect((await company).hashes).toEqual(alone.hashes);
    expect(freed).toBe(1); // only the company
    expect(bench.runner.steps.slice(step + 1).filter((slices) => slices.includes('|'))).toEqual([]);
    expect(bench.leftovers()).toMatchObject({ ...NOTHING_LEFT, cancels: 1, cancelToFreeSteps: 0 });
  }
});

test('cancelled while the tokens of its step are drawn, it gets none of them and is freed before the next step', async () => {
  const alone = await companyAlone();
  const bench = makeBench({ prefillTokens: 2 * PREFILL_CHUNK });
  const company = bench.submit(COMPANY);
  const handle = bench.engine.submit(textRequest(4, { maxNewTokens: 5 }));
  bench.clock.tickMs = 10; // every row takes longer than the engine keeps the event loop for itself
  bench.clock.onBreathe = () => {
    if (bench.runner.steps.length === 3) handle.cancel(CANCELLED);
  };
  const { ids, error } = await receive(handle);
  expect(error).toBe(CANCELLED);
  expect(ids[0]).toHaveLength(2);
  expect((await company).hashes).toEqual(alone.hashes);
  expect(bench.runner.steps.slice(2, 4)).toEqual(['0 90+1 last | 1 5+1 last', '0 91+1 last']);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('cancelled between steps, its memory is free at once', async () => {
  const bench = makeBench();
  const handle = bench.engine.submit(textRequest(5));
  expect(bench.engine.stats().groups).toBe(1);
  handle.cancel(CANCELLED);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  await expect(receive(handle)).resolves.toMatchObject({ error: CANCELLED });
  expect(bench.runner.steps).toEqual([]);
});

test('cancelled while it waits, it leaves the queue and those behind move up', async () => {
  const bench = makeBench({ runner: { slots: 1 } });
  const running = bench.submit(textRequest(3));
  const waiting = bench.engine.submit(textRequest(4));
  const behind = bench.submit(textRequest(5));
  waiting.cancel(CANCELLED);
  expect((await receive(waiting)).error).toBe(CANCELLED);
  expect((await running).error).toBeUndefined();
  expect((await behind).events.slice(0, 2)).toEqual([
    { kind: 'queued', position: 1 },
    { kind: 'queued', position: 0 }
  ]);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('cancelling makes room: who waits is in the very next step', async () => {
  const bench = makeBench({ runner: { slots: 1 } });
  const handle = bench.engine.submit(textRequest(3, { maxNewTokens: 50 }));
  const next = bench.submit(textRequest(4, { maxNewTokens: 1 }));
  bench.runner.during(1, () => handle.cancel(CANCELLED));
  await next;
  expect(bench.runner.steps).toEqual(['0 0+3 last', '0 3+1 last', '1 0+4 last']);
});

test('some samples done, some running, some waiting: a cancel ends them all, what was made is still delivered', async () => {
  const bench = makeBench({ runner: { slots: 2 } });
  const handle = bench.engine.submit(pictureRequest(3, 3, { samples: 3, maxNewTokens: 4 }));
  bench.runner.during(4, () => handle.cancel(CANCELLED));
  await bench.engine.idle();
  const { ids, error } = await receive(handle);
  expect(error).toBe(CANCELLED);
  expect(ids.map((sample) => sample.length)).toEqual([4, 1]); // the first token of the second was drawn as the first sample ended
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('a reader that leaves early cancels', async () => {
  const bench = makeBench();
  for await (const event of bench.engine.submit(textRequest(3, { maxNewTokens: 500 })).events) if (event.kind === 'tokens') break;
  await bench.engine.idle();
  expect(bench.engine.stats().steps).toBeLessThan(10);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('a reader that takes nothing is never waited for, and what lies unread stays two events a sample', async () => {
  const bench = makeBench();
  const handle = bench.engine.submit(pictureRequest(3, 3, { samples: 2, maxNewTokens: 500 }));
  await bench.engine.idle();
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  const { events, ids } = await receive(handle);
  expect(events.map((event) => event.kind)).toEqual(['admitted', 'tokens', 'tokens', 'finished', 'finished']);
  expect(ids.map((sample) => sample.length)).toEqual([500, 500]);
});

test('cancelling what is over does nothing', async () => {
  const bench = makeBench();
  const handle = bench.engine.submit(textRequest(3));
  const { error } = await receive(handle);
  handle.cancel(CANCELLED);
  expect(error).toBeUndefined();
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('a step that nobody wants any more is cancelled, which is no failure; one that others share goes on', async () => {
  const outcomes: string[] = [];
  const bench = makeBench({ onStep: ({ outcome }) => outcomes.push(outcome.kind) });
  const [first, second] = [textRequest(5, { maxNewTokens: 9 }), textRequest(6, { maxNewTokens: 9 })].map((spec) =>
    bench.engine.submit(spec)
  );
  const readers = [first, second].map((handle) => receive(handle as RequestHandle));
  bench.runner.during(2, () => first?.cancel(CANCELLED));
  bench.runner.during(4, () => {
    expect(bench.runner.cancels).toBe(0);
    second?.cancel(CANCELLED);
  });
  for (const reader of readers) expect((await reader).error).toBe(CANCELLED);
  expect(bench.runner.cancels).toBe(1);
  expect(bench.runner.steps).toHaveLength(5);
  await bench.engine.idle();
  expect(outcomes).toEqual(['committed', 'committed', 'committed', 'committed', 'cancelled']);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  expect((await bench.submit(COMPANY)).hashes).toEqual((await companyAlone()).hashes);
});
