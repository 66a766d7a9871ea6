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

  test('stays at home up to 1.25 times the mean plus one, then goes to its next replica', () => {
    const key = KEYS.find((candidate) => pickReplica(busy(0, 0), candidate)?.address === 'r0');
    const pick = (...calls: number[]) => pickReplica(busy(...calls), key)?.address;
    // With this call: 2 of mean 1, bound 2.25. Then 3 of mean 1.5, bound 2.875.
    expect([pick(1, 0), pick(2, 0)]).toEqual(['r0', 'r1']);
    // 13 of mean 11.5, bound 15.375; 17 of mean 13.5, bound 17.875; 18 of mean 14, bound 18.5; 19 of mean 14.5, bound 19.125; 20 of 15, 19.75.
    expect([pick(12, 10), pick(16, 10), pick(17, 10), pick(18, 10), pick(19, 10)]).toEqual(['r0', 'r0', 'r0', 'r0', 'r1']);
  });

  test('finds a replica however the load lies', () => {
    for (const calls of [[5, 0, 0], [100, 100, 100], [0, 0, 1], [9, 8, 7], [1]])
      for (const key of KEYS.slice(0, 50)) expect(pickReplica(busy(...calls), key)).toBeDefined();
    expect(pickReplica([], 'key')).toBeUndefined();
  });
});

test('without a key the least busy is picked', () => {
  expect(pickReplica(busy(3, 1, 2), undefined)?.address).toBe('r1');
  const picked = new Set(Array.from({ length: 100 }, () => pickReplica(busy(1, 0, 0), undefined)?.address));
  expect(picked).toEqual(new Set(['r1', 'r2']));
  expect(pickReplica([], undefined)).toBeUndefined();
});
