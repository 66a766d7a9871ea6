import { Code, type MeshError } from '@janus-mesh/rpc';
import { expect, test } from 'vitest';
import { WorkQueue } from './work-queue.ts';

const never = new AbortController().signal;

test('holds one running request and so many waiting ones, and refuses the next with a time to try again', () => {
  const queue = new WorkQueue(2);
  const places = [queue.enter(), queue.enter(), queue.enter()];
  let refusal: MeshError | undefined;
  try {
    queue.enter();
  } catch (error) {
    refusal = error as MeshError;
  }
  expect(refusal).toMatchObject({
    code: Code.RESOURCE_EXHAUSTED,
    reason: 'QUEUE_FULL',
    message: 'the queue is full: 3 requests are in it, at most one may run and 2 wait'
  });
  expect(refusal?.retryAfterMs).toBeGreaterThan(0);
  places[1]?.leave();
  places[1]?.leave(); // a place is given up once only
  expect(queue.waiting).toBe(2);
  expect(queue.enter()).toBeDefined();
  expect(() => queue.enter()).toThrow('the queue is full');
});

test('counts what waits and what runs', async () => {
  const queue = new WorkQueue(8);
  const [first, second] = [queue.enter(), queue.enter()];
  expect([queue.waiting, queue.running]).toEqual([2, 0]);
  const depths = await first.run(async () => [queue.waiting, queue.running], never);
  expect(depths).toEqual([1, 1]);
  first.leave();
  second.leave();
  expect([queue.waiting, queue.running]).toEqual([0, 0]);
});

test('jobs run one at a time and get the signal of their request', async () => {
  const queue = new WorkQueue(8);
  let running = 0;
  let most = 0;
  const job = async (signal: AbortSignal) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return signal;
  };
  const signals = [1, 2, 3].map(() => new AbortController().signal);
  const seen = await Promise.all(signals.map((signal) => queue.enter().run(job, signal)));
  expect(most).toBe(1);
  expect(seen.every((signal, i) => signal === signals[i])).toBe(true);
});
