import { expect, test } from 'vitest';
import { checkInvariants, type EngineSnapshot, type RowSnapshot } from './invariants.ts';

const group = {};
const row = (changes: Partial<RowSnapshot> = {}): RowSnapshot => ({
  phase: 'decoding',
  kv: { capacity: 16, bytes: 16 },
  past: 6,
  promptTokens: 5,
  positions: 10,
  ...changes
});

function snapshot(rows: RowSnapshot[], changes: Partial<EngineSnapshot> = {}): EngineSnapshot {
  return {
    limits: { slots: 4, kvBytes: 100, prefixBytes: 40, queue: 2 },
    bytes: 16 * rows.length,
    kept: [],
    used: { rows: rows.length, kvBytes: 16 * rows.length },
    queued: 0,
    places: [],
    couldAdmit: false,
    groups: [{ group, newTokens: 2, rows }],
    ...changes
  };
}

test('a sound engine passes', () => {
  expect(() => checkInvariants(snapshot([row(), row()]), snapshot([row({ past: 5 }), row({ past: 5 })]))).not.toThrow();
});

const shared = row();
const cache = () => ({ capacity: 16, bytes: 16 });
test.each([
  ['lost bytes in all', snapshot([row()], { bytes: 32 }), '32 bytes are counted in all, the groups hold 16, kept are 0'],
  ['too much that is kept', snapshot([], { bytes: 48, kept: [1, 2, 3].map(cache) }), '48 bytes of KV are kept, 40 may'],
  ['a cache that is kept and in use', snapshot([shared], { bytes: 32, kept: [shared.kv] }), 'share a cache'],
  ['lost bytes', snapshot([row()], { used: { rows: 1, kvBytes: 32 } }), '32 bytes of KV are counted, the groups hold 16'],
  ['lost rows', snapshot([row()], { used: { rows: 2, kvBytes: 16 } }), '2 rows are counted, the groups have 1'],
  ['too many rows', snapshot([1, 2, 3, 4, 5].map(() => row())), '5 rows run, there are 4 slots'],
  [
    'too much memory',
    snapshot([row({ kv: { capacity: 16, bytes: 101 } })], { used: { rows: 1, kvBytes: 101 }, bytes: 101 }),
    '101 bytes of KV are held'
  ],
  ['a long queue', snapshot([row()], { queued: 3 }), '3 requests wait, 2 may'],
  ['a lost request', snapshot([row()], { queued: 1 }), '1 requests are counted as waiting, 0 are in order'],
  ['a wrong place', snapshot([row()], { queued: 2, places: [0, 2] }), 'a request was told that 2 are before it, there are 1'],
  ['idle room', snapshot([row()], { couldAdmit: true }), 'a group waits for which there is room'],
  ['a shared cache', snapshot([shared, shared]), 'two rows, or a row and what is kept, share a cache'],
  ['a full cache', snapshot([row({ kv: { capacity: 5, bytes: 16 } })]), 'position 6 in a cache for 5'],
  ['a token that was run twice', snapshot([row({ past: 7 })]), '2 new tokens after a prompt of 5, but position 7'],
  ['a token before the prompt is done', snapshot([row({ phase: 'prefilling', past: 3 })]), '2 new tokens of a row that is prefilling']
])('%s is found', (_, broken, message) => {
  expect(() => checkInvariants(broken)).toThrow(message);
});

test('a row that goes back, and a pair out of step, are found', () => {
  expect(() => checkInvariants(snapshot([row()]), snapshot([row({ past: 8 })]))).toThrow('a row went back from position 8 to 6');
  const pair = [row({ past: 5 }), row({ phase: 'prefilling', past: 3 })];
  expect(() => checkInvariants(snapshot(pair, { groups: [{ group, newTokens: 1, rows: pair }] }))).toThrow();
});
