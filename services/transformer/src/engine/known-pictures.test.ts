import { expect, test } from 'vitest';
import { EngineError } from './engine-error.ts';
import type { PromptPart } from './prompt.ts';
import { makeBench, NOTHING_LEFT, receive, textRequest } from './testing/test-bench.ts';
import { Uniform } from './uniform.ts';

const ids: PromptPart = { kind: 'ids', ids: [1, 2, 3] };
const cat: PromptPart = { kind: 'features', hash: 'cat', rows: 5 };
const dog: PromptPart = { kind: 'features', hash: 'dog', rows: 5 };
const about = (...pictures: PromptPart[]) => textRequest(0, { prompt: [ids, ...pictures, ids], maxNewTokens: 3 });
const PICTURE_BYTES = 5 * 2 * 4;
const pixels = (value: number) => new Float32Array(5 * 2).fill(value);

async function withPictures(bench: ReturnType<typeof makeBench>, request = about(cat), values: Record<string, number> = { cat: 1 }) {
  const handle = bench.engine.submit(request);
  for (const [hash, value] of Object.entries(values)) handle.provideFeatures(hash, pixels(value), 5);
  return receive(handle);
}

function neededOf(events: readonly { kind: string; neededFeatures?: readonly string[] }[]): readonly string[] | undefined {
  return events.find(({ kind }) => kind === 'admitted')?.neededFeatures;
}

test('a known picture is neither asked for nor aligned again, and gives the same answer', async () => {
  const bench = makeBench();
  const first = await withPictures(bench);
  const second = await bench.submit(about(cat));
  expect(neededOf(first.events)).toEqual(['cat']);
  expect(neededOf(second.events)).toEqual([]);
  expect(second.hashes).toEqual(first.hashes);
  expect(bench.runner.aligned).toBe(1);
  expect(bench.engine.stats().features).toMatchObject({ hits: 1, misses: 1, entries: 1, bytesUsed: PICTURE_BYTES });
});

test('of two pictures only the unknown one is asked for', async () => {
  const bench = makeBench();
  await withPictures(bench);
  expect(neededOf((await withPictures(bench, about(cat, dog), { dog: 2 })).events)).toEqual(['dog']);
  expect(bench.runner.aligned).toBe(2);
});

test('a known picture that is sent all the same is accepted and not used; a second time it is refused', async () => {
  const bench = makeBench();
  const first = await withPictures(bench);
  const handle = bench.engine.submit(about(cat));
  handle.provideFeatures('cat', pixels(9), 5);
  expect(() => handle.provideFeatures('cat', pixels(9), 5)).toThrow('features cat are not awaited');
  expect((await receive(handle)).hashes).toEqual(first.hashes);
  expect(bench.runner.aligned).toBe(1);
});

test('two requests that await one picture are both served by whichever comes first', async () => {
  const bench = makeBench();
  const [one, two] = [bench.engine.submit(about(cat)), bench.engine.submit(about(cat, dog))];
  two.provideFeatures('dog', pixels(2), 5);
  two.provideFeatures('cat', pixels(1), 5);
  const [first, second] = await Promise.all([receive(one), receive(two)]);
  expect([neededOf(first.events), neededOf(second.events)]).toEqual([['cat'], ['cat', 'dog']]);
  expect([first.error, second.error]).toEqual([undefined, undefined]);
  one.provideFeatures('cat', pixels(1), 5); // too late: nobody minds
  expect(bench.runner.aligned).toBe(2);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('a picture that both have sent is aligned once', async () => {
  const bench = makeBench();
  const both = await Promise.all([withPictures(bench), withPictures(bench)]);
  expect(both.map(({ error }) => error)).toEqual([undefined, undefined]);
  expect(bench.runner.aligned).toBe(1);
});

test('a caller may end before its picture, if another one brought it', async () => {
  const bench = makeBench();
  const [one, two] = [bench.engine.submit(about(cat)), bench.engine.submit(about(cat))];
  two.provideFeatures('cat', pixels(1), 5);
  const second = await receive(two);
  one.closeFeatures();
  expect((await receive(one)).hashes).toEqual(second.hashes);
});

test('a picture from elsewhere starts the time again for those that are still awaited', async () => {
  const bench = makeBench({ featuresTimeoutMs: 10_000 });
  const handle = bench.engine.submit(about(cat, dog));
  const reader = receive(handle);
  bench.clock.advance(9_000);
  await withPictures(bench);
  bench.clock.advance(9_000);
  await bench.engine.idle();
  expect(bench.engine.stats().groups).toBe(1);
  bench.clock.advance(1_000);
  expect((await reader).error).toMatchObject({ message: 'features dog did not come within 10000 ms' });
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('a picture outlives the request that brought it and was cancelled meanwhile', async () => {
  const bench = makeBench();
  const handle = bench.engine.submit(about(cat));
  handle.provideFeatures('cat', pixels(1), 5);
  bench.runner.during(0, () => handle.cancel(new EngineError('CANCELLED', 'enough')));
  expect((await receive(handle)).error).toMatchObject({ reason: 'CANCELLED' });
  expect(neededOf((await bench.submit(about(cat))).events)).toEqual([]);
});

test('what runs keeps its pictures above the bound; when it is over they go', async () => {
  const bench = makeBench({ featureCacheBytes: PICTURE_BYTES });
  const seen: number[] = [];
  bench.runner.during(3, () => seen.push(bench.engine.stats().features.bytesUsed));
  await withPictures(bench, about(cat, dog), { cat: 1, dog: 2 });
  expect(seen).toEqual([2 * PICTURE_BYTES]);
  expect(bench.engine.stats().features).toMatchObject({ bytesUsed: PICTURE_BYTES, entries: 1 });
  expect(neededOf((await bench.submit(about(dog))).events)).toEqual([]);
});

test('a picture in a request that waits its turn is looked for when it is admitted', async () => {
  const bench = makeBench({ runner: { slots: 1 } });
  const running = withPictures(bench);
  const waiting = bench.submit(about(cat));
  await running;
  expect(neededOf((await waiting).events)).toEqual([]);
});

const ALBUM = ['a', 'b', 'c', 'd'];

// Some send what is asked, some send everything, some are cancelled; the cache is too small for all.
test.each(Array.from({ length: 20 }, (_, i) => i))(
  'whoever brings the pictures, the answers are those of each alone: pattern %i',
  async (pattern) => {
    const uniform = new Uniform(BigInt(pattern));
    let thrown = 0;
    const roll = (below: number) => Math.floor(uniform.at(thrown++) * below);
    const bench = makeBench({ featureCacheBytes: roll(4) * PICTURE_BYTES, runner: { slots: 3 } });
    const start = (hashes: readonly string[], on: typeof bench, isGreedy = true) => {
      const handle = on.engine.submit(about(...hashes.map((hash) => ({ ...cat, hash }))));
      const send = (hash: string) => handle.provideFeatures(hash, pixels(ALBUM.indexOf(hash) + 1), 5);
      if (isGreedy) for (const hash of new Set(hashes)) send(hash);
      return { handle, send };
    };
    const runs = Array.from({ length: 12 }, async () => {
      const hashes = Array.from({ length: 1 + roll(3) }, () => ALBUM[roll(4)] as string);
      const [isGreedy, patience] = [roll(3) === 0, roll(40)];
      const { handle, send } = start(hashes, bench, isGreedy);
      const reader = receive(handle);
      await handle.admitted;
      for (let i = 0; i < patience; i++) await new Promise((resolve) => setImmediate(resolve));
      if (patience === 0) handle.cancel(new EngineError('CANCELLED', 'enough'));
      else if (!isGreedy) for (const hash of new Set(hashes)) send(hash);
      const { hashes: got, error } = await reader;
      const alone = await receive(start(hashes, makeBench()).handle);
      if (error) expect(error).toMatchObject({ reason: 'CANCELLED' });
      else expect(got).toEqual(alone.hashes);
    });
    await Promise.all(runs);
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
    const { bytesUsed, bytesBudget } = bench.engine.stats().features;
    expect(bytesUsed).toBeLessThanOrEqual(bytesBudget);
  }
);
