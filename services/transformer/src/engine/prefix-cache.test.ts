import { expect, test } from 'vitest';
import { blockKeys } from './block-keys.ts';
import type { KvHandle } from './model-runner.ts';
import { longestPrefix, type Prefix, PrefixCache } from './prefix-cache.ts';

const BYTES = 30;

/** A prompt of `start` and then rising ids. */
const promptOf = (start: number, length: number) => [{ kind: 'ids' as const, ids: Array.from({ length }, (_, i) => start + i) }];

function prefix(start: number, tokens: number, changes: Partial<Prefix> = {}): Prefix {
  const prompt = promptOf(start, tokens);
  const length = changes.length ?? tokens;
  return { prompt, length, keys: blockKeys(prompt, length), kv: { capacity: 100, bytes: BYTES }, salt: '', ...changes };
}

function makeCache(entries: number) {
  const freed: KvHandle[] = [];
  return { cache: new PrefixCache((kv) => freed.push(kv), entries * BYTES), freed };
}

test('the longest beginning wins, of those as long in blocks of 16 the latest; what is beyond the valid positions or of no use does not count', () => {
  const [short, long, later, half] = [prefix(0, 20), prefix(0, 40), prefix(0, 60), prefix(0, 60, { length: 30 })] as const;
  const wanted = (length: number, limit = length) => ({ prompt: promptOf(0, length), salt: '', limit });
  expect(longestPrefix(wanted(50), [short, long])).toEqual({ prefix: long, length: 40 });
  expect(longestPrefix(wanted(50), [half, short])).toEqual({ prefix: short, length: 20 });
  expect(longestPrefix(wanted(50), [short, half])).toEqual({ prefix: half, length: 30 });
  expect(longestPrefix(wanted(35), [long, later, half])).toEqual({ prefix: later, length: 35 });
  expect(longestPrefix(wanted(50, 48), [later])).toEqual({ prefix: later, length: 48 });
  expect(longestPrefix(wanted(50, 15), [later])).toBeUndefined();
  expect(longestPrefix({ prompt: promptOf(1, 50), salt: '', limit: 50 }, [later])).toBeUndefined();
});

test('only the same salt finds it', () => {
  const salted = prefix(0, 40, { salt: 'a' });
  const find = (salt: string) => longestPrefix({ prompt: promptOf(0, 40), salt, limit: 38 }, [salted])?.length;
  expect([find('a'), find('b'), find('')]).toEqual([38, undefined, undefined]);
});

test('within its bound it keeps everything; above it those not asked for the longest are freed', () => {
  const { cache, freed } = makeCache(3);
  const [a, b, c, d] = [100, 200, 300, 400].map((start) => prefix(start, 20)) as [Prefix, Prefix, Prefix, Prefix];
  for (const entry of [a, b, c]) cache.put(entry);
  cache.touch(a);
  expect([cache.bytes, freed]).toEqual([3 * BYTES, []]);
  cache.put(d);
  expect([...cache.entries]).toEqual([c, a, d]);
  expect([freed, cache.evictions]).toEqual([[b.kv], 1]);
});

test('what is part of a longer one is not kept twice, whichever comes first', () => {
  const { cache, freed } = makeCache(3);
  const [short, long, other] = [prefix(0, 20), prefix(0, 40), prefix(0, 40, { salt: 'a' })] as const;
  cache.put(short);
  cache.put(long);
  expect([[...cache.entries], freed]).toEqual([[long], [short.kv]]);
  const again = prefix(0, 30);
  cache.put(other);
  cache.put(again);
  expect([[...cache.entries], freed]).toEqual([
    [other, long],
    [short.kv, again.kv]
  ]);
  expect(cache.evictions).toBe(0);
});

test('what is too short or too big is freed at once, and so is everything without memory', () => {
  const { cache, freed } = makeCache(1);
  const refused = [prefix(0, 15), prefix(0, 40, { kv: { capacity: 500, bytes: BYTES + 1 } })];
  for (const entry of refused) cache.put(entry);
  expect([cache.bytes, freed]).toEqual([0, refused.map(({ kv }) => kv)]);
  const none = makeCache(0);
  none.cache.put(prefix(0, 40));
  expect([none.cache.bytes, none.freed.length]).toEqual([0, 1]);
});

test('gives way to others, but for what is asked to stay', () => {
  const { cache, freed } = makeCache(3);
  const [a, b, c] = [100, 200, 300].map((start) => prefix(start, 20)) as [Prefix, Prefix, Prefix];
  for (const entry of [a, b, c]) cache.put(entry);
  expect(cache.trim(BYTES, [a])).toBe(true);
  expect([...cache.entries]).toEqual([a]);
  expect(cache.trim(BYTES - 1, [a])).toBe(false);
  expect(freed).toEqual([b.kv, c.kv]);
});

test('gives a cache away, and frees the rest at the end', () => {
  const { cache, freed } = makeCache(3);
  const [a, b] = [prefix(100, 20), prefix(200, 20)] as const;
  cache.put(a);
  cache.put(b);
  expect(cache.take(a)).toBe(a.kv);
  expect(() => cache.take(a)).toThrow('does not hold that prefix');
  cache.clear();
  expect([freed, cache.bytes]).toEqual([[b.kv], 0]);
});

test('holds 256 entries at most, however small', () => {
  const { cache, freed } = makeCache(1_000);
  for (let i = 0; i < 300; i++) cache.put(prefix(1_000 * i, 20));
  expect([cache.entries.size, freed.length]).toEqual([256, 44]);
});
