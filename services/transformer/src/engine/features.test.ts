import { expect, test } from 'vitest';
import { EngineError } from './engine-error.ts';
import type { PromptPart } from './prompt.ts';
import { makeBench, NOTHING_LEFT, receive, textRequest } from './testing/test-bench.ts';

const ids: PromptPart = { kind: 'ids', ids: [1, 2, 3] };
const cat: PromptPart = { kind: 'features', hash: 'cat', rows: 5 };
const dog: PromptPart = { kind: 'features', hash: 'dog', rows: 5 };
const aboutCat = textRequest(0, { prompt: [ids, cat, ids], maxNewTokens: 2 });
const aboutBoth = textRequest(0, { prompt: [cat, ids, dog, ids, cat], maxNewTokens: 2 });
const pixels = (value: number) => new Float32Array(5 * 2).fill(value);

test('a request is told which pictures it needs, each once, and runs when they are aligned', async () => {
  const bench = makeBench();
  const handle = bench.engine.submit(aboutBoth);
  const reader = receive(handle);
  await handle.admitted;
  await bench.engine.idle();
  expect(bench.runner.steps).toEqual([]);
  handle.provideFeatures('dog', pixels(1), 5);
  await bench.engine.idle();
  handle.provideFeatures('cat', pixels(2), 5);
  const { events } = await reader;
  expect(events[0]).toEqual({ kind: 'admitted', neededFeatures: ['cat', 'dog'], reusedTokens: 0 });
  expect(bench.runner.steps).toEqual(['align 5', 'align 5', '0 0+21 last', '0 21+1 last']);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('the picture and its place in the prompt decide the answer', async () => {
  const answer = async (prompt: PromptPart[], cats: number) => {
    const handle = makeBench().engine.submit(textRequest(0, { prompt, maxNewTokens: 4 }));
    handle.provideFeatures('cat', pixels(cats), 5);
    return (await receive(handle)).hashes;
  };
  const first = await answer([ids, cat, ids], 1);
  expect(await answer([ids, cat, ids], 1)).toEqual(first);
  expect(await answer([ids, cat, ids], 2)).not.toEqual(first);
  expect(await answer([cat, ids, ids], 1)).not.toEqual(first);
});

test('pictures reach across chunk borders', async () => {
  const bench = makeBench();
  const big: PromptPart = { kind: 'features', hash: 'big', rows: 80 };
  const handle = bench.engine.submit(textRequest(0, { prompt: [ids, big, ids], maxNewTokens: 1 }));
  handle.provideFeatures('big', new Float32Array(160), 80);
  await receive(handle);
  expect(bench.runner.steps).toEqual(['align 80', '0 0+48', '0 48+38 last']);
});

test('all samples share one picture', async () => {
  const bench = makeBench({ runner: { slots: 2 } });
  const handle = bench.engine.submit({ ...aboutCat, samples: 5 });
  handle.provideFeatures('cat', pixels(1), 5);
  const { ids: samples } = await receive(handle);
  expect(samples).toHaveLength(5);
  expect(bench.runner.aligned).toBe(1);
});

test('nobody waits for a request that waits for pictures', async () => {
  const bench = makeBench();
  const handle = bench.engine.submit(aboutCat);
  const other = await bench.submit(textRequest(4));
  expect(other.ids[0]).toHaveLength(3);
  expect(bench.engine.stats()).toMatchObject({ running: 1, groups: 1 });
  handle.cancel(new EngineError('CANCELLED', 'enough'));
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('one picture is aligned between two steps of those who run', async () => {
  const bench = makeBench();
  let reader: Promise<unknown> | undefined;
  bench.runner.during(1, () => {
    const handle = bench.engine.submit(aboutBoth);
    handle.provideFeatures('cat', pixels(1), 5);
    handle.provideFeatures('dog', pixels(2), 5);
    reader = receive(handle);
  });
  await bench.submit(textRequest(4, { maxNewTokens: 5 }));
  await reader;
  expect(bench.runner.steps.slice(0, 6)).toEqual([
    '0 0+4 last',
    '0 4+1 last',
    'align 5',
    '0 5+1 last',
    'align 5',
    '0 6+1 last | 1 0+21 last'
  ]);
});

test('pictures that do not come in time end the request and free its memory; each that comes starts the time again', async () => {
  const bench = makeBench({ featuresTimeoutMs: 10_000 });
  const handle = bench.engine.submit(aboutBoth);
  const reader = receive(handle);
  bench.clock.advance(9_999);
  handle.provideFeatures('cat', pixels(1), 5);
  bench.clock.advance(9_999);
  await bench.engine.idle();
  expect(bench.engine.stats().groups).toBe(1);
  bench.clock.advance(1);
  expect((await reader).error).toMatchObject({ reason: 'FEATURES_TIMEOUT', message: 'features dog did not come within 10000 ms' });
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('a sign that pictures still come starts the time again, as often as it is given', async () => {
  const bench = makeBench({ featuresTimeoutMs: 10_000 });
  const handle = bench.engine.submit(aboutCat);
  const reader = receive(handle);
  for (let n = 0; n < 5; n++) {
    bench.clock.advance(9_999);
    handle.awaitFeatures();
  }
  bench.clock.advance(9_999);
  expect(bench.engine.stats().groups).toBe(1);
  bench.clock.advance(1);
  expect((await reader).error).toMatchObject({ reason: 'FEATURES_TIMEOUT' });
  handle.awaitFeatures(); // too late: nobody minds
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('a sign for pictures that are there, or that wait their turn, sets no clock', async () => {
  const bench = makeBench({ runner: { slots: 1 } });
  const running = bench.engine.submit(aboutCat);
  const waiting = bench.engine.submit(aboutCat);
  running.provideFeatures('cat', pixels(1), 5);
  for (const handle of [running, waiting]) handle.awaitFeatures();
  expect(bench.clock.pending).toBe(0);
  for (const handle of [running, waiting]) expect((await receive(handle)).error).toBeUndefined();
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('a request that waits in the queue has all the time for its pictures', async () => {
  const bench = makeBench({ runner: { slots: 1 } });
  const running = bench.engine.submit(aboutCat);
  const waiting = bench.engine.submit(aboutCat);
  bench.clock.advance(9_000);
  running.provideFeatures('cat', pixels(1), 5);
  await receive(running);
  await waiting.admitted;
  bench.clock.advance(9_000);
  waiting.provideFeatures('cat', pixels(1), 5);
  expect((await receive(waiting)).error).toBeUndefined();
});

test('a caller that ends without its pictures is not waited for', async () => {
  const bench = makeBench();
  const handle = bench.engine.submit(aboutBoth);
  handle.provideFeatures('cat', pixels(1), 5);
  handle.closeFeatures();
  expect((await receive(handle)).error).toMatchObject({ reason: 'FEATURES_MISSING', message: 'the caller ended without features dog' });
  await bench.engine.idle();
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('pictures nobody awaits, or of another height, are refused', () => {
  const { engine } = makeBench();
  const handle = engine.submit(aboutCat);
  expect(() => handle.provideFeatures('dog', pixels(1), 5)).toThrow('features dog are not awaited');
  expect(() => handle.provideFeatures('cat', pixels(1), 4)).toThrow('features cat have 4 rows, the prompt says 5');
  handle.provideFeatures('cat', pixels(1), 5);
  expect(() => handle.provideFeatures('cat', pixels(1), 5)).toThrow('features cat are not awaited');
});

test('an aligner that fails ends the request with its words', async () => {
  const bench = makeBench();
  bench.runner.during(0, () => {
    throw new Error('bad picture');
  });
  const handle = bench.engine.submit(aboutCat);
  handle.provideFeatures('cat', pixels(1), 5);
  expect((await receive(handle)).error).toMatchObject({ reason: 'STEP_FAILED', message: 'the aligner failed: bad picture' });
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('cancelled while its picture is in the aligner, it is freed before the next step', async () => {
  const bench = makeBench();
  const company = bench.submit(textRequest(4));
  const handle = bench.engine.submit(aboutCat);
  handle.provideFeatures('cat', pixels(1), 5);
  bench.runner.during(0, () => handle.cancel(new EngineError('CANCELLED', 'enough')));
  await company;
  expect(bench.runner.steps).toEqual(['align 5', '0 0+4 last', '0 4+1 last', '0 5+1 last']);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test.each([0, 1, 2, 3, 4, 5, 6])('a picture that comes %i turns after its request is not overlooked', async (turns) => {
  const bench = makeBench();
  const handle = bench.engine.submit(aboutCat);
  for (let i = 0; i < turns; i++) await Promise.resolve();
  handle.provideFeatures('cat', pixels(1), 5);
  await bench.engine.idle();
  expect(bench.engine.stats()).toMatchObject({ steps: 2, running: 0 });
});
