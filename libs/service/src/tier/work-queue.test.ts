import { Code, type MeshError } from '@janus-mesh/rpc';
import { expect, test } from 'vitest';
import { WorkQueue } from './work-queue.ts';

const never = new AbortController().signal;

test('holds one running request and so many waiting ones, and refuses the next with a time to try again', () => {
  const queue = new WorkQueue(2);
  const places = [queue.enter(never), queue.enter(never), queue.enter(never)];
  let refusal: MeshError | undefined;
  try {
    queue.enter(never);
  } catch (error) {
    refusal = error as MeshError;
  }
  expect(refusal).toMatchObject({
    code: Code.RESOURCE_EXHAUSTED,
    reason: 'QUEUE_FULL',
    message: 'the queue is full: 3 requests are in it, as many as it holds'
  });
  expect(refusal?.retryAfterMs).toBeGreaterThan(0);
  places[1]?.leave();
  places[1]?.leave(); // a place is given up once only
  expect(queue.waiting).toBe(2);
  expect(queue.enter(never)).toBeDefined();
  expect(() => queue.enter(never)).toThrow('the queue is full');
});

test('a request waits until its work begins, and runs until it gives up its place', async () => {
  const queue = new WorkQueue(8);
  const counts = () => [queue.waiting, queue.running];
  const [first, second] = [queue.enter(never), queue.enter(never)];
  expect(counts()).toEqual([2, 0]);
  expect(await first.run(async () => counts())).toEqual([1, 1]);
  expect(counts()).toEqual([1, 1]);
  second.begin();
  second.begin();
  expect(counts()).toEqual([0, 2]);
  first.leave();
  second.leave();
  second.begin(); // too late
  expect(counts()).toEqual([0, 0]);
});

test('a place aborts as its request does', async () => {
  const queue = new WorkQueue(8);
  const request = new AbortController();
  const place = queue.enter(request.signal);
  const job = place.run(async (signal) => signal);
  request.abort(new Error('gone'));
  expect((await job).reason).toEqual(new Error('gone'));
  expect(() => queue.enter(request.signal)).toThrow('gone');
  place.leave();
  expect([queue.waiting, queue.running]).toEqual([0, 0]);
});

test('those that wait can be refused together, with a time to try again; those that run go on', () => {
  const queue = new WorkQueue(8);
  const [running, waiting] = [queue.enter(never), queue.enter(never)];
  running.begin();
  queue.refuseWaiting();
  expect(running.signal.aborted).toBe(false);
  expect(waiting.signal.reason).toMatchObject({ code: Code.UNAVAILABLE, reason: 'DRAINING', retryAfterMs: expect.any(Number) });
});

test('how long a request waited is told once, when its work begins', () => {
  const waits: number[] = [];
  const queue = new WorkQueue(1, (waitedMs) => waits.push(waitedMs));
  const begun: string[] = [];
  const place = queue.enter(never, () => begun.push('begun'));
  expect([waits, begun]).toEqual([[], []]);
  place.begin();
  place.begin();
  expect(waits).toEqual([expect.any(Number)]);
  expect(waits[0]).toBeGreaterThanOrEqual(0);
  expect(begun).toEqual(['begun']);
  queue.enter(never).leave();
  expect(waits).toHaveLength(1);
});
