import { describe, expect, test } from 'vitest';
import { PREFILL_CHUNK } from './chunk-grid.ts';
import { EngineError } from './engine-error.ts';
import type { EngineRequest } from './engine-request.ts';
import type { PromptPart } from './prompt.ts';
import { makeBench, NOTHING_LEFT, pictureRequest, receive, textRequest } from './testing/test-bench.ts';

const CANCELLED = new EngineError('CANCELLED', 'enough');
const ids = (...values: number[]): PromptPart => ({ kind: 'ids', ids: values });
const stem = (length: number): PromptPart => ids(...Array.from({ length }, (_, i) => (i * 11) % 50));
const ask = (prompt: readonly PromptPart[], changes: Partial<EngineRequest> = {}) => textRequest(0, { prompt, ...changes });

function cachingBench({ runner, ...options }: Parameters<typeof makeBench>[0] = {}) {
  return makeBench({ prefixCacheBytes: 10_000, ...options, runner: { rounding: 16, ...runner } });
}

/** What comes of a request that is submitted while a step runs. */
function during<T>({ runner }: ReturnType<typeof makeBench>, step: number, submit: () => Promise<T>): Promise<T> {
  return new Promise((resolve) => runner.during(step, () => resolve(submit())));
}

/** What a request gives where nothing is kept. */
const fresh = async (spec: EngineRequest, runner = {}) => (await makeBench({ runner }).submit(spec)).hashes;

describe('a prompt that begins as an earlier one did', () => {
  test('is run from where they part, and gives what it gives alone', async () => {
    const bench = cachingBench();
    await bench.submit(ask([stem(100), ids(1, 2, 3)]));
    const second = ask([stem(100), ids(4, 5, 6, 7)]);
    const { hashes, events } = await bench.submit(second);
    expect(bench.runner.steps.slice(-3)).toEqual(['1 100+4 last', '1 104+1 last', '1 105+1 last']);
    expect(hashes).toEqual(await fresh(second));
    expect(events[0]).toMatchObject({ kind: 'admitted', reusedTokens: 100 });
    expect(bench.engine.stats().prefixes).toMatchObject({ hits: 1, misses: 1, reusedTokens: 100, entries: 2, bytesUsed: 2 * 112 });
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });

  test('never brings a chunk of one, however much they have in common', async () => {
    for (let common = 30; common < 100; common += 3) {
      const bench = cachingBench();
      for (const tail of [[], [], [1], [1, 2], Array(PREFILL_CHUNK - 1).fill(9), Array(PREFILL_CHUNK + 1).fill(9)]) {
        const spec = ask([stem(common), ids(...tail)], { maxNewTokens: 1 });
        expect((await bench.submit(spec)).hashes).toEqual(await fresh(spec));
      }
      expect(bench.runner.steps.filter((step) => /[+]1( last)?$/.test(step))).toEqual([]);
      expect(bench.engine.stats().prefixes.hits).toBe(5);
      expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
    }
  });

  test('takes the cache over, where the earlier prompt is wholly part of it and the cache is long enough', async () => {
    const bench = cachingBench();
    await bench.submit(ask([stem(100)], { maxNewTokens: 80 }));
    const second = ask([stem(100), ids(1, 2, 3)], { maxNewTokens: 3 });
    expect((await bench.submit(second)).hashes).toEqual(await fresh(second));
    expect(bench.runner.copies).toEqual(['0 > 0 100']); // what is beyond is given up
    expect(bench.runner.steps.at(-3)).toBe('0 100+3 last');
    expect(bench.engine.stats().prefixes).toMatchObject({ entries: 1, evictions: 0 });
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });

  test('goes on after an answer only where its tokens left what a prompt leaves', async () => {
    for (const replaysExactly of [false, true]) {
      const bench = cachingBench({ runner: { replaysExactly } });
      const first = await bench.submit(ask([stem(40)], { maxNewTokens: 30 }));
      const second = ask([stem(40), ids(...(first.ids[0] ?? []), 1, 2)], { maxNewTokens: 3 });
      const { hashes, events } = await bench.submit(second);
      expect(hashes).toEqual(await fresh(second, { replaysExactly }));
      expect(events[0]).toMatchObject({ reusedTokens: replaysExactly ? 69 : 40 });
    }
  });

  test('finds it in what still runs', async () => {
    const bench = cachingBench();
    const [first, second] = [ask([stem(90), ids(1, 2)], { maxNewTokens: 20 }), ask([stem(90), ids(3, 4)])];
    const running = bench.submit(first);
    const late = during(bench, 4, () => bench.submit(second));
    await running;
    expect((await late).hashes).toEqual(await fresh(second));
    expect(bench.runner.copies).toEqual(['0 > 1 90']);
    expect(bench.runner.steps[5]).toBe('0 95+1 last | 1 90+2 last');
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });

  test('a source that ends with the step that runs meanwhile is copied before it is gone', async () => {
    const bench = cachingBench({ prefixCacheBytes: 50 }); // too little to keep it
    const second = ask([stem(90), ids(3, 4)]);
    const running = bench.submit(ask([stem(90)], { maxNewTokens: 2 }));
    const late = during(bench, 2, () => bench.submit(second));
    await running;
    expect((await late).hashes).toEqual(await fresh(second));
    expect(bench.runner.steps[3]).toBe('1 90+2 last');
    expect(bench.engine.stats().prefixes).toMatchObject({ hits: 1, entries: 0 });
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });

  test('both rows of a guidance pair have theirs; drawn codes are not kept', async () => {
    const bench = cachingBench({ runner: { replaysExactly: true } });
    await bench.submit(pictureRequest(0, 40, { prompt: [stem(70), ids(1)], maxNewTokens: 300 }));
    expect(bench.engine.stats().prefixes).toMatchObject({ entries: 2, bytesUsed: 80 + 48, misses: 2 });
    const second = pictureRequest(0, 30, { prompt: [stem(70), ids(2, 3)], maxNewTokens: 3 });
    expect((await bench.submit(second)).hashes).toEqual(await fresh(second, { replaysExactly: true }));
    expect(bench.engine.stats().prefixes).toMatchObject({ hits: 2, reusedTokens: 70 + 28 });
  });

  test('is run whole where its own logits are wanted, and where others may not know of it', async () => {
    const bench = cachingBench();
    await bench.submit(ask([stem(60)], { cacheSalt: 'a' }));
    const reused = async (changes: Partial<EngineRequest>) =>
      (await bench.submit(ask([stem(60)], changes))).events.flatMap((event) => (event.kind === 'admitted' ? event.reusedTokens : []));
    expect(await reused({ cacheSalt: 'b' })).toEqual([0]);
    expect(await reused({})).toEqual([0]);
    expect(await reused({ cacheSalt: 'a' })).toEqual([58]);
    expect(await reused({ cacheSalt: 'a', output: { kind: 'logits', prompt: true }, maxNewTokens: 0 })).toEqual([0]);
  });

  test('leaves time for a deadline that the whole prompt would not meet', async () => {
    const bench = cachingBench();
    for (let step = 0; step < 100; step++) bench.runner.during(step, () => bench.clock.advance(100));
    await bench.submit(ask([stem(470)]));
    const hurried = { deadline: bench.clock.unixMs() + 300, maxNewTokens: 1 };
    expect(() => bench.engine.submit(ask([ids(9), stem(470)], hurried))).toThrow('running the prompt takes 1300 ms at least');
    expect((await bench.submit(ask([stem(470), ids(1)], hurried))).error).toBeUndefined();
  });
});

describe('what is kept', () => {
  test('gives way to what wants to run, the oldest first, and never to what would not fit anyway', async () => {
    const bench = cachingBench({ kvBudgetBytes: 320 });
    for (const start of [1, 2, 3]) await bench.submit(ask([ids(start), stem(60)], { maxNewTokens: 1 }));
    expect(bench.engine.stats().prefixes).toMatchObject({ entries: 3, bytesUsed: 3 * 64 });
    await bench.submit(ask([ids(4), stem(180)], { maxNewTokens: 1 }));
    expect(bench.engine.stats().prefixes).toMatchObject({ entries: 3, evictions: 1, bytesUsed: 2 * 64 + 192 });
    expect((await bench.submit(ask([ids(2), stem(60)], { maxNewTokens: 1 }))).events[0]).toMatchObject({ reusedTokens: 59 });
    await bench.submit(ask([ids(5), stem(310)], { maxNewTokens: 1 }));
    expect(bench.engine.stats().prefixes).toMatchObject({ entries: 1, bytesUsed: 320 });
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });

  test('is no source where there is no room for it beside the copy', async () => {
    const bench = cachingBench({ kvBudgetBytes: 128 });
    await bench.submit(ask([stem(60), ids(1)], { maxNewTokens: 1 }));
    const second = ask([stem(60), ids(2, 3, 4, 5, 6)], { maxNewTokens: 20 });
    expect((await bench.submit(second)).hashes).toEqual(await fresh(second));
    expect(bench.engine.stats().prefixes).toMatchObject({ hits: 0, evictions: 1 });
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });

  test('is not handed to a pair whose other row would have no room beside it', async () => {
    const bench = cachingBench({ kvBudgetBytes: 128 });
    const running = bench.submit(textRequest(2, { maxNewTokens: 60 }));
    await bench.submit(ask([stem(20)], { maxNewTokens: 40 })); // 20 positions in a cache of 64, and no room to move them
    const second = pictureRequest(0, 10, { prompt: [stem(20), ids(1, 2)] });
    expect((await bench.submit(second)).hashes).toEqual(await fresh(second));
    expect((await running).error).toBeUndefined();
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });

  test('gives way only between steps: who needs its memory waits for the end of the step', async () => {
    const bench = cachingBench({ kvBudgetBytes: 256 });
    await bench.submit(ask([stem(40)], { maxNewTokens: 1 }));
    const running = bench.submit(ask([ids(1), stem(40)], { maxNewTokens: 9 }));
    const late = during(bench, 3, () => bench.submit(ask([ids(2), stem(150)], { maxNewTokens: 1 })));
    await running;
    expect((await late).events.slice(0, 2)).toMatchObject([{ kind: 'queued', position: 0 }, { kind: 'admitted' }]);
    expect(bench.runner.steps[4]).toBe('1 43+1 last | 2 0+48');
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });

  test('is what a cancelled prompt has run, and nothing of a step that failed', async () => {
    const bench = cachingBench();
    const handle = bench.engine.submit(ask([stem(200)]));
    bench.runner.during(1, () => handle.cancel(CANCELLED));
    await receive(handle);
    await bench.engine.idle();
    expect(bench.engine.stats().prefixes).toMatchObject({ entries: 1, bytesUsed: PREFILL_CHUNK });
    const again = ask([stem(200)], { maxNewTokens: 1 });
    const { hashes, events } = await bench.submit(again);
    expect(hashes).toEqual(await fresh(again));
    expect(events[0]).toMatchObject({ reusedTokens: PREFILL_CHUNK });
    bench.runner.during(bench.runner.steps.length + 1, () => {
      throw new Error('no more');
    });
    expect((await bench.submit(ask([ids(9), stem(200)]))).error).toMatchObject({ reason: 'STEP_FAILED' });
    expect(bench.engine.stats().prefixes).toMatchObject({ entries: 1 });
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });

  test('is nothing of a request that ends before its first step', async () => {
    const bench = cachingBench();
    const handle = bench.engine.submit(ask([stem(200)]));
    handle.cancel(CANCELLED);
    expect((await receive(handle)).error).toBe(CANCELLED);
    expect([bench.runner.liveCaches, bench.runner.steps]).toEqual([0, []]);
  });

  test('stays in its long cache where there is no memory for a short one', async () => {
    const bench = cachingBench();
    const handle = bench.engine.submit(ask([stem(200)]));
    bench.runner.during(1, () => {
      bench.runner.isOutOfMemory = true;
      handle.cancel(CANCELLED);
    });
    expect((await receive(handle)).error).toBe(CANCELLED);
    await bench.engine.idle();
    expect(bench.engine.stats().prefixes).toMatchObject({ entries: 1, bytesUsed: 208 });
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });

  test('is lost with a pair that took it over and had no memory for its other row, once the step that runs is done', async () => {
    const bench = cachingBench();
    await bench.submit(ask([stem(60)]));
    const running = bench.submit(ask([ids(1), stem(60)], { maxNewTokens: 8 }));
    const late = during(bench, 4, () => {
      bench.runner.isOutOfMemory = true;
      return bench.submit(pictureRequest(0, 10, { prompt: [stem(60), ids(2, 3)], maxNewTokens: 2 }));
    });
    expect((await running).error).toBeUndefined();
    expect((await late).error).toMatchObject({ reason: 'STEP_FAILED', message: 'a group could not start: out of memory' });
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });

  test('is freed when the engine is closed', async () => {
    const bench = cachingBench();
    await bench.submit(ask([stem(60)]));
    await bench.engine.close();
    expect([bench.runner.liveCaches, bench.engine.stats().prefixes.bytesUsed]).toEqual([0, 0]);
  });
});

test('a copy that fails ends the request that waits for it, and nobody else', async () => {
  const bench = cachingBench();
  await bench.submit(ask([stem(40)]));
  const running = bench.submit(ask([ids(1), stem(40)], { maxNewTokens: 8 }));
  const late = during(bench, 4, () => {
    bench.runner.isUnableToCopy = true;
    return bench.submit(ask([stem(40), ids(2, 3)]));
  });
  expect((await running).error).toBeUndefined();
  expect((await late).error).toMatchObject({ reason: 'STEP_FAILED', message: 'copying a prompt failed: unable to copy' });
  expect((await bench.submit(ask([ids(1), stem(40), ids(4, 5)]))).error).toMatchObject({
    message: 'a group could not start: unable to copy'
  });
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('a copy that fails leaves nothing behind of a request that was cancelled before it', async () => {
  const bench = cachingBench();
  const running = bench.submit(ask([stem(60)], { maxNewTokens: 12 }));
  const spec = ask([stem(60), ids(2, 3)], { maxNewTokens: 40 });
  bench.runner.during(4, () => {
    bench.runner.isUnableToCopy = true;
    bench.engine.submit(spec).cancel(CANCELLED);
  });
  const late = during(bench, 6, () => {
    bench.runner.isUnableToCopy = false;
    return bench.submit(spec);
  });
  await running;
  expect((await late).hashes).toEqual(await fresh(spec));
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});
