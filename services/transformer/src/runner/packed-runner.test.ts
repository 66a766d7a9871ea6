import { seededRandom } from '@janus-mesh/networks/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KvHandle } from '../engine/model-runner.ts';
import { createRunner } from './create-runner.ts';
import type { PackedRunner } from './packed-runner.ts';
import type { RunnerBundle } from './runner-bundle.ts';
import { importGolden, runtime } from './testing/golden-runner.ts';
import { runAlone, runTogether, type Script, scripts, sliceOf } from './testing/scripted-sequences.ts';
import { slice, tokens } from './testing/slices.ts';

let runner: PackedRunner;
let bundle: RunnerBundle;
let remove: () => Promise<void>;
const random = seededRandom(7);
const whole = (below: number) => Math.floor(random() * below);

beforeAll(async () => {
  const golden = await importGolden();
  ({ bundle, remove } = golden);
  runner = await createRunner({ bundle, runtime, slots: 6, kvBudgetBytes: 64 << 20 });
});

afterAll(async () => {
  runner.release();
  await remove();
});

describe('a step', () => {
  test('gives each sequence the bits it gets alone, whatever else runs and comes and goes', async () => {
    const all = scripts(24, 7);
    const expected: Float32Array[][] = [];
    for (const script of all) expected.push(await runAlone(runner, script));
    await runTogether(runner, all, (index, step, logits) => {
      expect(logits, `sequence ${index} step ${step}`).toEqual(expected[index]?.[step]);
    });
  });

  test('after a copied prompt gives the bits it gives after one that was run, whatever the caches held and hold beyond', async () => {
    const prompt = [Array.from({ length: 64 }, () => whole(256)), Array.from({ length: 23 }, () => whole(256))];
    const steps = [...prompt, ...Array.from({ length: 9 }, () => [whole(256)])];
    const sequence: Script = { head: 'text', positions: 100, steps };
    const expected = await runAlone(runner, sequence);
    const [from, dirty, longer] = [100, 100, 600].map((positions) => runner.allocate(positions)) as [KvHandle, KvHandle, KvHandle];
    await runner.run([slice({ kv: dirty, past: 0, tokens: tokens(Array.from({ length: 99 }, () => whole(256))) })]);
    for (const step of [0, 1, 2, 3]) await runner.run([sliceOf(sequence, from, step)]);
    for (const kv of [dirty, longer, from]) runner.copy(from, kv, 87); // the last one is cut
    for (let step = 2; step < steps.length; step++) {
      const results = await runner.run([from, dirty, longer].map((kv) => sliceOf(sequence, kv, step)));
      for (const { rows } of results) expect(rows).toEqual(expected[step]);
    }
    for (const kv of [from, dirty, longer]) runner.free(kv);
  });

  test('may want no logits at all', async () => {
    const kvs = [runner.allocate(64), runner.allocate(64)] as const;
    const [first] = kvs;
    const none = await runner.run(kvs.map((kv) => slice({ kv, past: 0, tokens: tokens([1, 2, 3]), logits: 'none' })));
    expect(none.map(({ rows }) => rows)).toEqual([undefined, undefined]);
    const alone = await runner.run([slice({ kv: first, past: 0, tokens: tokens([1, 2, 3]), logits: 'none' })]);
    expect(alone).toEqual([{ rows: undefined }]);
    const [last] = await runner.run([slice({ kv: first, past: 3, tokens: tokens([4]) })]);
    expect(last?.rows).toHaveLength(runner.vocabulary('text'));
    for (const kv of kvs) runner.free(kv);
  });

  test('goes on after one that failed', async () => {
    const kv = runner.allocate(64);
    const good = slice({ kv, past: 0, tokens: tokens([5, 6]) });
    const before = (await runner.run([good]))[0]?.rows?.slice();
    await expect(runner.run([slice({ kv, past: 0, tokens: tokens([99_999]) })])).rejects.toThrow('text.embed has 2048 rows, none at 99999');
    expect((await runner.run([good]))[0]?.rows).toEqual(before);
    runner.free(kv);
  });
});

test('a cancelled step fails, and the next one finds the caches as they were', async () => {
  const kv = runner.allocate(600);
  const prompt = Array.from({ length: 300 }, () => whole(256));
  const good = slice({ kv, past: 300, tokens: tokens([5, 6]) });
  await runner.run([slice({ kv, past: 0, tokens: tokens(prompt), logits: 'none' })]);
  const before = (await runner.run([good]))[0]?.rows?.slice();
  // Long enough that it still runs when the cancel comes, on a busy machine too.
  const others = Array.from({ length: 5 }, () => runner.allocate(600));
  const long = [kv, ...others].map((each) => slice({ kv: each, past: 300, tokens: tokens(prompt) }));
  const cancelled = runner.run(long);
  runner.cancel();
  await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  runner.cancel(); // nothing runs: nothing happens
  expect((await runner.run([good]))[0]?.rows).toEqual(before);
  for (const each of [kv, ...others]) runner.free(each);
});

describe('refused is', () => {
  test('a cache used twice, freed, or of another runner', async () => {
    const kv = runner.allocate(8);
    const one = slice({ kv, past: 0, tokens: tokens([1]) });
    await expect(runner.run([one, one])).rejects.toThrow('two slices bring the same cache');
    runner.free(kv);
    await expect(runner.run([one])).rejects.toThrow('is not in use');
    expect(() => runner.free(kv)).toThrow('is not in use');
    await expect(runner.run([slice({ kv: { capacity: 8, bytes: 1 }, past: 0, tokens: tokens([1]) })])).rejects.toThrow('is not in use');
  });

  test('more tokens than the cache holds, none, no slices or more than slots', async () => {
    const kv = runner.allocate(8);
    const slices = (past: number, ids: number[]) => [slice({ kv, past, tokens: tokens(ids) })];
    await expect(runner.run(slices(255, [1, 2]))).rejects.toThrow('255 + 2 positions for a cache of 256');
    await expect(runner.run(slices(0, []))).rejects.toThrow('a slice brings no tokens');
    await expect(runner.run([])).rejects.toThrow('0 slices for 6 slots');
    await expect(runner.run(Array(7).fill(slices(0, [1])[0]))).rejects.toThrow('7 slices for 6 slots');
    runner.free(kv);
  });

  test('a copy from or to a cache that is freed or too small, or while a step runs', async () => {
    const [small, big, freed] = [100, 600, 100].map((positions) => runner.allocate(positions)) as [KvHandle, KvHandle, KvHandle];
    runner.free(freed);
    expect(() => runner.copy(freed, big, 1)).toThrow('is not in use');
    expect(() => runner.copy(big, freed, 1)).toThrow('is not in use');
    expect(() => runner.copy(big, small, 300)).toThrow('300 positions from a cache of 768 to one of 256');
    const step = runner.run([slice({ kv: small, past: 0, tokens: tokens([1, 2]) })]);
    expect(() => runner.copy(big, small, 1)).toThrow('a step is running');
    await step;
    for (const kv of [small, big]) runner.free(kv);
  });

  test('a second step while one runs', async () => {
    const kv = runner.allocate(8);
    const step = runner.run([slice({ kv, past: 0, tokens: tokens([1]) })]);
    await expect(runner.run([slice({ kv, past: 0, tokens: tokens([1]) })])).rejects.toThrow('a step is running');
    await step;
    runner.free(kv);
  });

  test('a cache freed while a step brings it: it can be freed after that', async () => {
    const kv = runner.allocate(300);
    const step = runner.run([slice({ kv, past: 0, tokens: tokens(Array.from({ length: 200 }, () => whole(256))) })]);
    expect(() => runner.free(kv)).toThrow('this call is running');
    await step;
    runner.free(kv);
    const other = runner.allocate(300);
    expect(await runner.run([slice({ kv: other, past: 0, tokens: tokens([1]) })])).toHaveLength(1);
    runner.free(other);
  });

  test('features of the wrong size', async () => {
    await expect(runner.align(new Float32Array(100), 2)).rejects.toThrow('100 feature values for 2 rows of 48');
  });
});

test('a picture is aligned while a step runs, and several one after another', async () => {
  const kv = runner.allocate(64);
  const features = Float32Array.from({ length: 16 * 48 }, () => random() - 0.5);
  const [first, second, step] = await Promise.all([
    runner.align(features, 16),
    runner.align(features, 16),
    runner.run([slice({ kv, past: 0, tokens: tokens([1, 2, 3]) })])
  ]);
  expect([first.rows, second.rows, step.length]).toEqual([16, 16, 1]);
  runner.free(kv);
});

test('a runner that is released while a step runs keeps what the step touches until it is done; a second time does nothing', async () => {
  const released = await createRunner({ bundle, runtime, slots: 3, kvBudgetBytes: 64 << 20 });
  const kv = released.allocate(600);
  const step = released.run([slice({ kv, past: 0, tokens: tokens(Array.from({ length: 500 }, () => whole(256))), logits: 'none' })]);
  released.release();
  released.release();
  expect(await step).toEqual([{ rows: undefined }]);
});
