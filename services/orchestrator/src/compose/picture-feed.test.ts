import type { EncodeResponse, FeaturesChunk, Tensor } from '@janus-mesh/contracts';
import { expect, test } from 'vitest';
import type { PromptPicture } from '../prompt/prompt-picture.ts';
import { PictureFeed } from './picture-feed.ts';

const pictures = ['a', 'b', 'c'].map((name, index): PromptPicture => {
  return { hash: new Uint8Array(32).fill(index + 1), data: new TextEncoder().encode(name), fields: [name] };
});

const rows: Tensor = { type: 1, dims: [1, 1], data: new Uint8Array(4) };

interface Trace {
  readonly feed: PictureFeed;
  readonly events: string[];
}

/** A feed whose encoder gives two chunks a picture, begins with `begin`, and fails for those in `bad`. */
function traced({ atOnce = 2, bad = '', signal = new AbortController().signal, stillMs = 60_000, begin = async () => {} } = {}): Trace {
  const events: string[] = [];
  async function* encode({ fields: [name] }: PromptPicture): AsyncGenerator<EncodeResponse, void> {
    events.push(`start ${name}`);
    await begin();
    if (bad.includes(name ?? '')) throw new Error(`${name} is bad`);
    yield { firstRow: 0, rows, totalRows: 2 };
    yield { firstRow: 1, rows, totalRows: 2 };
  }
  const onWait = () => {
    events.push('wait');
    return () => events.push('waited');
  };
  return { feed: new PictureFeed(pictures, { encode, atOnce, signal, onWait, stillMs }), events };
}

async function read({ feed, events }: Trace): Promise<string[]> {
  for await (const { hash, firstRow, rows } of feed.chunks()) events.push(`${rows ? 'chunk' : 'still'} ${hash[0]}.${firstRow}`);
  return events;
}

const hashes = (...indices: number[]) => indices.map((index) => (pictures[index] as PromptPicture).hash);

test('encodes nothing before it is asked for, and only what is needed', async () => {
  const trace = traced();
  const reading = read(trace);
  await Promise.resolve();
  expect(trace.events).toEqual([]);
  trace.feed.need(hashes(1));
  expect(await reading).toEqual(['wait', 'start b', 'chunk 2.0', 'chunk 2.1', 'waited']);
});

test('waits for no encoder where nothing is needed', async () => {
  const trace = traced();
  trace.feed.need([]);
  expect(await read(trace)).toEqual([]);
});

test('keeps a bounded number of pictures under way and sends them one after the other', async () => {
  const trace = traced({ atOnce: 2 });
  trace.feed.need(hashes(0, 1, 2));
  expect(await read(trace)).toEqual([
    'wait',
    'start a',
    'start b',
    'chunk 1.0',
    'chunk 1.1',
    'start c',
    'chunk 2.0',
    'chunk 2.1',
    'chunk 3.0',
    'chunk 3.1',
    'waited'
  ]);
});

test('a picture that fails ahead of its turn fails the feed when its turn has come', async () => {
  const trace = traced({ bad: 'b' });
  trace.feed.need(hashes(0, 1));
  await expect(read(trace)).rejects.toThrow('b is bad');
  expect(trace.events).toContain('chunk 1.1');
});

test('ends when the request does, though nobody said what is needed', async () => {
  const controller = new AbortController();
  const trace = traced({ signal: controller.signal });
  const reading = read(trace);
  controller.abort();
  expect(await reading).toEqual([]);
});

test('refuses a hash that no picture has', async () => {
  const { feed } = traced();
  feed.need([new Uint8Array(32).fill(9)]);
  const chunks: FeaturesChunk[] = [];
  const reading = (async () => {
    for await (const chunk of feed.chunks()) chunks.push(chunk);
  })();
  await expect(reading).rejects.toThrow(/asks for features 0909/);
});

test('says again and again that a picture is still being encoded, and stops when it is there', async () => {
  let isEncoded = () => {};
  const encoded = new Promise<void>((resolve) => {
    isEncoded = resolve;
  });
  const trace = traced({ stillMs: 5, begin: () => encoded });
  trace.feed.need(hashes(1));
  const reading = read(trace);
  await expect.poll(() => trace.events.filter((event) => event === 'still 2.0').length).toBeGreaterThan(2);
  isEncoded();
  expect((await reading).slice(-3)).toEqual(['chunk 2.0', 'chunk 2.1', 'waited']);
});

test('a picture that fails after it was said to be encoded fails the feed', async () => {
  let fails = () => {};
  const failing = new Promise<void>((resolve) => {
    fails = resolve;
  });
  const trace = traced({ stillMs: 5, bad: 'a', begin: () => failing });
  trace.feed.need(hashes(0));
  const reading = read(trace);
  await expect.poll(() => trace.events).toContain('still 1.0');
  fails();
  await expect(reading).rejects.toThrow('a is bad');
});
