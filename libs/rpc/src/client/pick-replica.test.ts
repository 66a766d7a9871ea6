import { describe, expect, test } from 'vitest';
import { type Candidate, pickReplica } from './pick-replica.ts';

const KEYS = Array.from({ length: 3000 }, (_, i) => `key ${i}`);

function idle(...names: string[]): Candidate[] {
  return names.map((address) => ({ address, inFlight: 0 }));
}

function busy(...calls: number[]): Candidate[] {
  return calls.map((inFlight, i) => ({ address: `r${i}`, inFlight }));
}

const homes = (replicas: readonly Candidate[]) => new Map(KEYS.map((key) => [key, pickReplica(replicas, key)?.address]));

describe('a key', () => {
  test('has one home among idle replicas, whatever their order, and each replica gets its share', () => {
    const found = homes(idle('a', 'b', 'c'));
    expect(homes(idle('c', 'a', 'b'))).toEqual(found);
    for (const name of ['a', 'b', 'c']) {
      const share = [...found.values()].filter((home) => home === name).length / KEYS.length;
      expect(share).toBeGreaterThan(0.3);
      expect(share).toBeLessThan(0.37);
    }
  });

  test('moves only to a replica that joins, and only from one that leaves', () => {
    const [three, four] = [homes(idle('a', 'b', 'c')), homes(idle('a', 'b', 'c', 'd'))];
    const moved = KEYS.filter((key) => three.get(key) !== four.get(key));
    expect(new Set(moved.map((key) => four.get(key)))).toEqual(new Set(['d']));
    expect(moved.length / KEYS.length).toBeGreaterThan(0.2);
    expect(moved.length / KEYS.length).toBeLessThan(0.3);
    const two = homes(idle('a', 'c'));
    const displaced = KEYS.filter((key) => three.get(key) !== two.get(key));
    expect(new Set(displaced.map((key) => three.get(key)))).toEqual(new Set(['b']));
  });

  test('stays at home while that carries at most 1.25 times the mean, then goes to its next replica', () => {
    const key = KEYS.find((candidate) => pickReplica(busy(0, 0), candidate)?.address === 'r0');
    const pick = (...calls: number[]) => pickReplica(busy(...calls), key)?.address;
    // 1 of mean 1 with this call, bound 1.25. Then 2 of mean 1.5, bound 1.875.
    expect([pick(1, 0), pick(2, 0)]).toEqual(['r0', 'r1']);
    // 12 of mean 11.5, bound 14.375; 16 of 13.5, 16.875; 17 of 14, 17.5; 18 of 14.5, 18.125; 19 of 15, 18.75.
    expect([pick(12, 10), pick(16, 10), pick(17, 10), pick(18, 10), pick(19, 10)]).toEqual(['r0', 'r0', 'r0', 'r0', 'r1']);
  });

  test('leaves a replica with one heavy call to lighter ones, and takes a heavy call when all are idle', () => {
    const key = KEYS.find((candidate) => pickReplica(busy(0, 0), candidate)?.address === 'r0');
    const pick = (weight: number, ...calls: number[]) => pickReplica(busy(...calls), key, weight)?.address;
    expect([pick(32, 0, 0), pick(1, 32, 0), pick(32, 2, 0), pick(2, 32, 32)]).toEqual(['r0', 'r1', 'r0', 'r0']);
  });

  test('finds a replica however the load lies', () => {
    for (const calls of [[5, 0, 0], [100, 100, 100], [0, 0, 1], [9, 8, 7], [1]])
      for (const key of KEYS.slice(0, 50)) for (const weight of [1, 32]) expect(pickReplica(busy(...calls), key, weight)).toBeDefined();
    expect(pickReplica([], 'key')).toBeUndefined();
  });
});

test('without a key the least busy is picked', () => {
  expect(pickReplica(busy(3, 1, 2), undefined)?.address).toBe('r1');
  const picked = new Set(Array.from({ length: 100 }, () => pickReplica(busy(1, 0, 0), undefined)?.address));
  expect(picked).toEqual(new Set(['r1', 'r2']));
  expect(pickReplica([], undefined)).toBeUndefined();
});
