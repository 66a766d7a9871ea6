import { beforeEach, expect, test } from 'vitest';
import { OutputQueue } from './output-queue.ts';

let told: string[];
let queue: OutputQueue<number[]>;

beforeEach(() => {
  told = [];
  queue = new OutputQueue(10, {
    drained: () => told.push('drained'),
    abandoned: () => told.push('abandoned')
  });
});

async function readAll(): Promise<number[][]> {
  const events: number[][] = [];
  for await (const event of queue) events.push(event);
  return events;
}

test('a reader gets everything in order, whether it was there before or comes later, then the end', async () => {
  queue.push([1]);
  const reader = readAll();
  queue.push([2]);
  await Promise.resolve();
  queue.push([3]);
  queue.end();
  queue.push([4]);
  expect(await reader).toEqual([[1], [2], [3]]);
  expect(told).toEqual([]);
});

test('an error comes after what was there before it', async () => {
  queue.push([1]);
  queue.fail(new Error('broken'));
  const seen: number[][] = [];
  const reading = (async () => {
    for await (const event of queue) seen.push(event);
  })();
  await expect(reading).rejects.toThrow('broken');
  expect(seen).toEqual([[1]]);
});

test('what can be joined to an unread event is, so that a slow reader finds few', async () => {
  const add = (value: number) =>
    queue.push([value], {
      join(unread) {
        if (unread[0] !== value % 2) return false;
        unread.push(value);
        return true;
      }
    });
  for (let value = 0; value < 100; value++) add(value);
  expect(queue.length).toBe(2);
  queue.end();
  const [even, odd] = await readAll();
  expect(even).toHaveLength(50);
  expect(odd?.slice(0, 3)).toEqual([1, 3, 5]);
});

test('it is full from its limit on, and says once when it is not any more', async () => {
  queue.push([1], { bytes: 6 });
  expect(queue.isFull).toBe(false);
  queue.push([2], { bytes: 6 });
  expect(queue.isFull).toBe(true);
  queue.end();
  await readAll();
  expect(told).toEqual(['drained']);
});

test('it tells when the reader leaves before the end, and not when it leaves at the end', async () => {
  queue.push([1]);
  for await (const _ of queue) break;
  expect(told).toEqual(['abandoned']);
});
