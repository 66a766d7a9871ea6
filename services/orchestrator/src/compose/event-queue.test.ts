import { expect, test } from 'vitest';
import { EventQueue } from './event-queue.ts';

async function readAll<T>(queue: EventQueue<T>): Promise<T[]> {
  const events: T[] = [];
  for await (const event of queue) events.push(event);
  return events;
}

test('gives events in the order they were pushed, to a reader that came first as well', async () => {
  const queue = new EventQueue<number>(4);
  const reading = readAll(queue);
  queue.push(1);
  await Promise.resolve();
  queue.push(2, 'view');
  queue.push(3, 'view');
  queue.end();
  expect(await reading).toEqual([1, 2, 3]);
});

test('replaces a view by a newer one once too many events wait', async () => {
  const queue = new EventQueue<string>(3);
  queue.push('progress 1', 'progress');
  queue.push('preview 1', 'preview');
  queue.push('picture 0');
  queue.push('progress 2', 'progress');
  queue.push('picture 1');
  queue.push('preview 2', 'preview');
  queue.end();
  expect(queue.length).toBe(4);
  expect(await readAll(queue)).toEqual(['progress 2', 'preview 2', 'picture 0', 'picture 1']);
});

test('an error drops what waits and reaches the reader', async () => {
  const queue = new EventQueue<number>(4);
  queue.push(1);
  queue.fail(new Error('lost'));
  await expect(readAll(queue)).rejects.toThrow('lost');
});

test('ignores what is pushed after the end', async () => {
  const queue = new EventQueue<number>(4);
  queue.end();
  queue.push(1);
  queue.fail(new Error('too late'));
  expect(await readAll(queue)).toEqual([]);
});
