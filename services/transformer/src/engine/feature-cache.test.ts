import { expect, test } from 'vitest';
import { FeatureCache } from './feature-cache.ts';

const picture = (bytes: number, rows = 4) => ({ rows, bytes });
const NOBODY = () => false;

test('keeps pictures by their hash and counts what was found', () => {
  const cache = new FeatureCache(100);
  const cat = picture(30);
  expect(cache.find('cat', 4)).toBeUndefined();
  cache.put('cat', cat);
  expect(cache.find('cat', 4)).toBe(cat);
  expect(cache.counts).toEqual({ hits: 1, misses: 1, bytesUsed: 30, bytesBudget: 100, entries: 1 });
});

test('a picture of another height is not the one that was looked for', () => {
  const cache = new FeatureCache(100);
  cache.put('cat', picture(30, 4));
  expect(cache.find('cat', 5)).toBeUndefined();
  expect(cache.counts).toMatchObject({ hits: 0, misses: 1 });
});

test('within the bound nothing is dropped; above it those not asked for the longest go', () => {
  const cache = new FeatureCache(100);
  for (const hash of ['a', 'b', 'c']) cache.put(hash, picture(30));
  cache.find('a', 4);
  cache.trim(NOBODY);
  expect(cache.counts.entries).toBe(3);
  cache.put('d', picture(60));
  cache.trim(NOBODY);
  expect(cache.counts).toMatchObject({ bytesUsed: 90, entries: 2 });
  expect(['a', 'b', 'c', 'd'].filter((hash) => cache.find(hash, 4))).toEqual(['a', 'd']);
});

test('what is in use stays, above the bound too, until it is not', () => {
  const cache = new FeatureCache(50);
  for (const hash of ['a', 'b', 'c']) cache.put(hash, picture(30));
  cache.trim((hash) => hash !== 'b');
  expect(cache.counts).toMatchObject({ bytesUsed: 60, entries: 2 });
  cache.trim(NOBODY);
  expect(cache.counts).toMatchObject({ bytesUsed: 30, entries: 1 });
  expect(cache.find('c', 4)).toBeDefined();
});

test('a picture that comes again takes its memory once', () => {
  const cache = new FeatureCache(100);
  cache.put('a', picture(30));
  cache.put('a', picture(40));
  expect(cache.counts).toMatchObject({ bytesUsed: 40, entries: 1 });
});

test('a cache without memory keeps nothing', () => {
  const cache = new FeatureCache(0);
  cache.put('a', picture(1));
  cache.trim(NOBODY);
  expect(cache.counts).toMatchObject({ bytesUsed: 0, entries: 0 });
});
