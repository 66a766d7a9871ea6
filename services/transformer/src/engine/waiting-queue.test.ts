import { expect, test } from 'vitest';
import { ActiveRequest } from './active-request.ts';
import { QUANTUM } from './caller-line.ts';
import type { EngineRequest } from './engine-request.ts';
import { OutputQueue } from './output-queue.ts';
import { pictureRequest, textRequest } from './testing/test-bench.ts';
import { Uniform } from './uniform.ts';
import { WaitingQueue } from './waiting-queue.ts';

function wait(queue: WaitingQueue, spec: EngineRequest): ActiveRequest {
  const request = new ActiveRequest(spec, new OutputQueue(1, { drained() {}, abandoned() {} }));
  queue.push(request);
  return request;
}

/** Text that takes so many positions. */
function text(caller: string, positions: number, samples = 1): EngineRequest {
  return textRequest(positions, { caller, samples, maxNewTokens: 1 });
}

/** A pair that takes so many positions. */
function pair(caller: string, positions: number): EngineRequest {
  return pictureRequest(positions / 2, positions / 2, { caller, maxNewTokens: 1 });
}

function takeAll(queue: WaitingQueue, head?: 'text'): string[] {
  const taken: string[] = [];
  for (let group = queue.take(head); group; group = queue.take(head)) taken.push(`${group.request.spec.caller}${group.positions}`);
  return taken;
}

test('one caller is served in the order it came, whatever it brings', () => {
  const queue = new WaitingQueue();
  for (const positions of [300, 2, 4000, 1]) wait(queue, text('a', positions));
  wait(queue, pair('a', 10));
  wait(queue, text('a', 5));
  expect(takeAll(queue)).toEqual(['a300', 'a2', 'a4000', 'a1', 'a10', 'a5']);
});

test('callers take turns, one that comes later too', () => {
  const queue = new WaitingQueue();
  for (let i = 0; i < 4; i++) wait(queue, text('a', QUANTUM));
  for (let i = 0; i < 2; i++) wait(queue, text('b', QUANTUM));
  expect(queue.take()?.request.spec.caller).toBe('a');
  wait(queue, text('c', QUANTUM));
  expect(takeAll(queue)).toEqual(['b256', 'a256', 'c256', 'b256', 'a256', 'a256']);
});

test('a turn is worth memory, not requests: one with small requests has more of them', () => {
  const queue = new WaitingQueue();
  for (let i = 0; i < 2; i++) wait(queue, text('big', 2 * QUANTUM));
  for (let i = 0; i < 9; i++) wait(queue, text('small', QUANTUM / 4));
  const small = (count: number) => new Array(count).fill('small64');
  expect(takeAll(queue)).toEqual([...small(4), 'big512', ...small(5), 'big512']);
});

test('a pair counts with both rows, and each sample by itself', () => {
  const queue = new WaitingQueue();
  wait(queue, text('samples', QUANTUM, 3));
  for (let i = 0; i < 2; i++) wait(queue, pair('pairs', 2 * QUANTUM));
  expect(takeAll(queue)).toEqual(['samples256', 'samples256', 'pairs512', 'samples256', 'pairs512']);
});

test("text is let past pictures, its own caller's too, in turns; the pictures go on with the next turn", () => {
  const queue = new WaitingQueue();
  wait(queue, pair('a', QUANTUM));
  wait(queue, text('a', QUANTUM));
  wait(queue, text('a', QUANTUM));
  wait(queue, pair('b', QUANTUM));
  wait(queue, text('b', QUANTUM - 1));
  const order = queue.order(true).map(({ spec }) => `${spec.caller} ${spec.head}`);
  expect(order).toEqual(['a text', 'b text', 'a text', 'b codes', 'a codes']);
  expect(takeAll(queue, 'text')).toEqual(['a256', 'b255', 'a256']);
  expect(takeAll(queue)).toEqual(['b256', 'a256']);
});

function randomQueue(seed: number): { queue: WaitingQueue; roll(below: number): number } {
  const uniform = new Uniform(BigInt(seed));
  let thrown = 0;
  const roll = (below: number) => Math.floor(uniform.at(thrown++) * below);
  const queue = new WaitingQueue();
  for (let i = 0; i < 60; i++) {
    const caller = ['a', 'b', 'c'][roll(3)] as string;
    wait(queue, roll(2) ? text(caller, 1 + roll(900), 1 + roll(3)) : pair(caller, 2 + 2 * roll(500)));
  }
  return { queue, roll };
}

const SEEDS = Array.from({ length: 20 }, (_, i) => i);

test.each(SEEDS)('as long as all wait, no caller gets more than a quantum and a group beyond another: queue %i', (seed) => {
  const { queue } = randomQueue(seed);
  const got = new Map([...'abc'].map((caller) => [caller, 0]));
  const last = new Map([...'abc'].map((caller) => [caller, queue.order(false).findLast(({ spec }) => spec.caller === caller)]));
  for (let group = queue.take(); group; group = queue.take()) {
    const { caller } = group.request.spec;
    got.set(caller, (got.get(caller) ?? 0) + group.positions);
    if (last.get(caller) === group.request) break; // from here on it does not wait any more
    expect(Math.max(...got.values()) - Math.min(...got.values())).toBeLessThanOrEqual(2 * QUANTUM + 1000);
  }
});

test.each(SEEDS)('the order that is told is the order in which they go, also after some have left: queue %i', (seed) => {
  const { queue, roll } = randomQueue(seed);
  for (let i = 0; i < 10; i++) queue.take();
  for (let i = 0; i < 10; i++) queue.remove(queue.order(false)[roll(20)] as ActiveRequest);
  const told = queue.order(false);
  expect(told).toHaveLength(queue.requests.text + queue.requests.codes);
  const went: ActiveRequest[] = [];
  for (let group = queue.next(); group; group = queue.next()) {
    expect(queue.take()).toBe(group);
    if (group.sample === 0) went.push(group.request);
  }
  expect(went).toEqual(told);
  expect(queue.requests).toEqual({ text: 0, codes: 0 });
});

test('who crowds the queue is the one with most requests; nobody crowds it for one who has as many', () => {
  const queue = new WaitingQueue();
  const flood = Array.from({ length: 4 }, () => wait(queue, text('a', 5, 2)));
  wait(queue, text('b', 5));
  expect(queue.crowding(flood[0] as ActiveRequest)).toBeUndefined();
  expect(queue.crowding(wait(queue, text('b', 5)))).toBe(flood[3]);
  wait(queue, text('b', 5));
  expect(queue.crowding(wait(queue, text('b', 5)))).toBeUndefined();
});
