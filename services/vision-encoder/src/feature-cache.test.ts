import { expect, test } from 'vitest';
import { FeatureCache } from './feature-cache.ts';

const hash = (byte: number) => Uint8Array.of(byte, 200, 0);
const features = (value: number, length = 4) => new Float32Array(length).fill(value);

test('gives what it keeps, by the bytes of the hash', () => {
  const cache = new FeatureCache(1000);
  cache.put(hash(1), features(1));
  const within = Buffer.from([9, 1, 200, 0, 9]).subarray(1, 4);
  expect(cache.get(within)).toEqual(features(1));
  expect(cache.get(hash(2))).toBeUndefined();
  expect(cache.stats()).toEqual({ hits: 1n, misses: 1n, bytesUsed: 16n, bytesBudget: 1000n, entries: 1 });
});

test('stays within its bytes: what was not asked for longest goes first', () => {
  const cache = new FeatureCache(48);
  for (const n of [1, 2, 3]) cache.put(hash(n), features(n));
  cache.get(hash(1));
  cache.put(hash(4), features(4, 8));
  expect([1, 2, 3, 4].filter((n) => cache.get(hash(n)) !== undefined)).toEqual([1, 4]);
  expect(cache.stats()).toMatchObject({ bytesUsed: 48n, entries: 2 });
});

test('features over the bound are not kept, and push nothing out', () => {
  const cache = new FeatureCache(32);
  cache.put(hash(1), features(1));
  cache.put(hash(2), features(2, 9));
  expect(cache.stats()).toMatchObject({ bytesUsed: 16n, entries: 1 });
  expect(cache.get(hash(1))).toEqual(features(1));
});

test('the same features put twice are counted once', () => {
  const cache = new FeatureCache(32);
  cache.put(hash(1), features(1));
  cache.put(hash(1), features(1));
  expect(cache.stats()).toMatchObject({ bytesUsed: 16n, entries: 1 });
});

test('a bound of 0 keeps nothing', () => {
  const cache = new FeatureCache(0);
  cache.put(hash(1), features(1));
  expect(cache.stats()).toMatchObject({ bytesUsed: 0n, entries: 0 });
});

test('a view of something larger is refused: it would keep all of that alive', () => {
  expect(() => new FeatureCache(100).put(hash(1), features(1, 8).subarray(4))).toThrow('features of 16 bytes are a view of 32');
});
