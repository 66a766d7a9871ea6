import { expect, test } from 'vitest';
import { TierCounts } from './tier-counts.ts';

const idle = { waiting: 0, running: 0 };

async function* events(fault?: Error) {
  yield 1;
  yield 2;
  if (fault) throw fault;
}

test('a stream taken to its end is completed', async () => {
  const counts = new TierCounts();
  const taken: number[] = [];
  for await (const event of counts.stream(events())) taken.push(event);
  expect(taken).toEqual([1, 2]);
  expect(counts.stats(idle)).toMatchObject({ completed: 1n, failed: 0n });
});

test('a stream that throws, and one that is left early, have failed', async () => {
  const counts = new TierCounts();
  const drain = async () => {
    for await (const _ of counts.stream(events(new Error('broken'))));
  };
  await expect(drain()).rejects.toThrow('broken');
  for await (const _ of counts.stream(events())) break;
  expect(counts.stats(idle)).toMatchObject({ completed: 0n, failed: 2n });
});

test('an answer is completed, a refusal has failed', async () => {
  const counts = new TierCounts();
  expect(await counts.unary(Promise.resolve('yes'))).toBe('yes');
  await expect(counts.unary(Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(counts.stats(idle)).toMatchObject({ completed: 1n, failed: 1n });
});

test('the queue is reported as it is, memory and time as they are', () => {
  const stats = new TierCounts().stats({ waiting: 3, running: 1 });
  expect(stats).toMatchObject({ queued: 3, running: 1 });
  expect(stats.residentBytes).toBeGreaterThan(10_000_000n);
  expect(stats.uptimeSeconds).toBeGreaterThanOrEqual(0);
});
