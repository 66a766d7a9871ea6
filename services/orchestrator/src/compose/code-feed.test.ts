import { expect, test } from 'vitest';
import { CodeFeed } from './code-feed.ts';

async function read(feed: CodeFeed): Promise<number[]> {
  const codes: number[] = [];
  for await (const piece of feed) codes.push(...piece);
  return codes;
}

test('every reader gets all codes, whenever it begins, and also where another one leaves', async () => {
  const feed = new CodeFeed();
  const early = read(feed);
  const leaving = feed[Symbol.asyncIterator]();
  feed.push([1, 2]);
  expect(await leaving.next()).toEqual({ done: false, value: [1, 2] });
  const late = read(feed);
  await leaving.return();
  feed.push([3]);
  await Promise.resolve();
  feed.push([4, 5]);
  feed.end();
  expect([await early, await late, await read(feed), feed.codes]).toEqual(Array(4).fill([1, 2, 3, 4, 5]));
});
