import { expect, test } from 'vitest';
import type { EngineRequest } from './engine-request.ts';
import type { PromptPart } from './prompt.ts';
import { makeBench, NOTHING_LEFT, receive, textRequest } from './testing/test-bench.ts';

const ROWS = 30;
const ids = (...values: number[]): PromptPart => ({ kind: 'ids', ids: values });
const picture = (hash: string): PromptPart => ({ kind: 'features', hash, rows: ROWS });
const about = (prompt: readonly PromptPart[], changes: Partial<EngineRequest> = {}) => textRequest(0, { prompt, ...changes });
const [first, second] = [about([ids(1, 2), picture('cat'), ids(3, 4)]), about([ids(1, 2), picture('cat'), ids(5, 6)])];
const pixels = (value: number) => new Float32Array(ROWS * 2).fill(value);

// Pictures are forgotten at once, so that whoever reads one needs it again.
function cachingBench(prefixCacheBytes = 10_000) {
  const bench = makeBench({ prefixCacheBytes, featureCacheBytes: 0, runner: { rounding: 16 } });
  const submit = async (spec: EngineRequest, sent: Record<string, number> = {}) => {
    const handle = bench.engine.submit(spec);
    for (const [hash, value] of Object.entries(sent)) handle.provideFeatures(hash, pixels(value), ROWS);
    const { events, hashes, error } = await receive(handle);
    const needed = events.flatMap((event) => (event.kind === 'admitted' ? event.neededFeatures : []));
    return { needed, hashes, error };
  };
  return { ...bench, submit };
}

test('a second question about a picture needs neither the picture nor most of the prompt', async () => {
  const bench = cachingBench();
  await bench.submit(first, { cat: 1 });
  const answer = await bench.submit(second);
  expect(answer.needed).toEqual([]);
  expect(answer.hashes).toEqual((await cachingBench(0).submit(second, { cat: 1 })).hashes);
  expect(bench.runner.steps.slice(-3)).toEqual(['1 32+2 last', '1 34+1 last', '1 35+1 last']);
  expect(bench.runner.aligned).toBe(1);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('a picture that is sent all the same is taken, and not used', async () => {
  const bench = cachingBench();
  await bench.submit(first, { cat: 1 });
  const handle = bench.engine.submit(second);
  handle.provideFeatures('cat', pixels(9), ROWS);
  expect(() => handle.provideFeatures('cat', pixels(9), ROWS)).toThrow('features cat are not awaited');
  expect((await receive(handle)).hashes).toEqual((await cachingBench(0).submit(second, { cat: 1 })).hashes);
  expect(bench.runner.aligned).toBe(1);
});

test('a picture is needed where one of its rows is not there, and each that follows', async () => {
  const bench = cachingBench();
  const ends = about([ids(1, 2), picture('cat')]);
  await bench.submit(ends, { cat: 1 });
  expect((await bench.submit(ends, { cat: 1 })).needed).toEqual(['cat']); // its last two rows are run
  const album = about([ids(1, 2), picture('cat'), picture('dog'), ids(7)]);
  expect((await bench.submit(album, { dog: 2 })).needed).toEqual(['dog']);
  const twice = about([ids(1, 2), picture('cat'), picture('dog'), picture('cat'), ids(7)]);
  expect(await bench.submit(twice, { cat: 1 })).toMatchObject({ needed: ['cat'], error: undefined });
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('another picture in the same place is another prompt', async () => {
  const bench = cachingBench();
  await bench.submit(first, { cat: 1 });
  expect((await bench.submit(about([ids(1, 2), picture('dog'), ids(3, 4)]), { dog: 2 })).needed).toEqual(['dog']);
});

test('of several samples one may have to run the prompt again: they need their pictures', async () => {
  const bench = cachingBench();
  await bench.submit(first, { cat: 1 });
  const answer = await bench.submit({ ...second, samples: 2 }, { cat: 1 });
  expect(answer).toMatchObject({ needed: ['cat'], error: undefined });
});
