import { expect, test } from 'vitest';
import { makeBench, NOTHING_LEFT, pictureRequest, receive, textRequest } from './testing/test-bench.ts';

function admissionEvents(events: readonly { kind: string; position?: number }[]): string[] {
  return events.flatMap(({ kind, position }) => (kind === 'queued' ? [`queued ${position}`] : kind === 'admitted' ? ['admitted'] : []));
}

test('a group takes memory for its prompt and its new tokens but the last, each row, and gives it back', async () => {
  const bench = makeBench({ runner: { rounding: 16 } });
  const seen: number[] = [];
  bench.runner.during(1, () => {
    seen.push(bench.engine.stats().kvBytesUsed);
  });
  await bench.submit(pictureRequest(10, 20, { maxNewTokens: 7 })); // 16 and 26 positions, in blocks of 16
  expect(seen).toEqual([16 + 32]);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('a group that fills the budget exactly is admitted, one position more is refused at once', async () => {
  const bench = makeBench({ kvBudgetBytes: 20 });
  expect((await bench.submit(pictureRequest(5, 5, { maxNewTokens: 6 }))).error).toBeUndefined();
  expect(() => bench.engine.submit(pictureRequest(5, 6, { maxNewTokens: 6 }))).toThrow('a sample needs 21 bytes of KV cache, there are 20');
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('a pair on an engine with one slot is refused at once', () => {
  const bench = makeBench({ runner: { slots: 1 } });
  expect(() => bench.engine.submit(pictureRequest(5, 5))).toThrow('a sample needs 2 rows, there are 1');
});

test('who does not fit waits, is told its place, and nobody overtakes it', async () => {
  const bench = makeBench({ kvBudgetBytes: 12 });
  const first = bench.submit(textRequest(6, { maxNewTokens: 4 })); // 9 bytes
  const big = bench.submit(textRequest(10, { maxNewTokens: 1 })); // 10 bytes: waits
  const small = bench.submit(textRequest(2, { maxNewTokens: 1 })); // would fit beside the first
  expect(bench.engine.stats()).toMatchObject({ queued: 2, running: 1, groups: 1, textRows: 1, kvBytesUsed: 9 });
  expect(admissionEvents((await first).events)).toEqual(['admitted']);
  expect(admissionEvents((await big).events)).toEqual(['queued 0', 'admitted']);
  expect(admissionEvents((await small).events)).toEqual(['queued 1', 'admitted']);
  expect(bench.runner.steps.slice(4)).toEqual(['1 0+10 last | 2 0+2 last']);
});

test('the place in the queue that nobody read yet is replaced by the new one', async () => {
  const bench = makeBench({ runner: { slots: 1 } });
  const handles = Array.from({ length: 4 }, () => bench.engine.submit(textRequest(2)));
  await bench.engine.idle();
  const received = await Promise.all(handles.map(receive));
  expect(received.map(({ events }) => admissionEvents(events))).toEqual([
    ['admitted'],
    ['queued 0', 'admitted'],
    ['queued 0', 'admitted'],
    ['queued 0', 'admitted']
  ]);
});

test('so many requests may wait, the next one is refused with a hint when to come again', async () => {
  const bench = makeBench({ queueLimit: 2, runner: { slots: 1 } });
  const accepted = [1, 2, 3].map(() => bench.submit(textRequest(3)));
  expect(() => bench.engine.submit(textRequest(3))).toThrow(
    expect.objectContaining({ reason: 'QUEUE_FULL', message: '2 requests wait, 2 may', retryAfterMs: 1000 })
  );
  for (const { error } of await Promise.all(accepted)) expect(error).toBeUndefined();
  expect((await bench.submit(textRequest(3))).error).toBeUndefined();
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('the samples of one request wait as one request', async () => {
  const bench = makeBench({ queueLimit: 1, runner: { slots: 1 } });
  const running = bench.submit(textRequest(3, { samples: 16 }));
  const waiting = bench.submit(textRequest(3, { samples: 16 }));
  expect(bench.engine.stats()).toMatchObject({ queued: 1, running: 1 });
  expect((await running).error).toBeUndefined();
  expect((await waiting).error).toBeUndefined();
});

test('sixteen samples of a pair on a budget for four pairs all complete, in order', async () => {
  const bench = makeBench({ kvBudgetBytes: 4 * 2 * 12, runner: { slots: 16 } });
  const { ids, events } = await bench.submit(pictureRequest(5, 5, { samples: 16, maxNewTokens: 8 }));
  expect(ids.map((sample) => sample.length)).toEqual(new Array(16).fill(8));
  expect(events.flatMap((event) => (event.kind === 'finished' ? [event.sample] : []))).toEqual([...Array(16).keys()]);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('a runner without memory fails the request it had none for, and the next one is tried', async () => {
  const bench = makeBench();
  bench.runner.isOutOfMemory = true;
  const failed = await bench.submit(textRequest(3));
  expect(failed.error).toMatchObject({ reason: 'STEP_FAILED', message: 'a group could not start: out of memory' });
  bench.runner.isOutOfMemory = false;
  expect((await bench.submit(textRequest(3))).ids[0]).toHaveLength(3);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});
