import { setTimeout as sleep } from 'node:timers/promises';
import { openBundle } from '@janus-mesh/bundle';
import { openRuntime } from '@janus-mesh/runtime';
import type { KvHandle, StepSlice, TokenInput } from '../../../services/transformer/src/engine/model-runner.ts';
import { createRunner } from '../../../services/transformer/src/runner/create-runner.ts';
import type { PackedRunner } from '../../../services/transformer/src/runner/packed-runner.ts';
import { EventLoopGaps } from '../event-loop-gaps.ts';
import type { OpenSubject } from '../row.ts';
import { median } from '../statistics.ts';

/** Positions that are filled before a decode step. */
const CONTEXT = 300;
const ROWS = [1, 2, 4, 8, 16];
const PREFILL = 256;
/** Steps of one measurement, after one that warms up: their median counts. */
const STEPS = 7;
const LOOP_STEPS = 60;
const CANCEL_AFTER_MS = [5, 20, 60, 110];

/**
 * The language model with its image head, as the transformer runs it. `decode-n`: a step of n rows at context 300. `decode-16/2`: how many
 * steps of 2 rows one of 16 takes. `prefill-256`: a prompt, in one chunk. `cancel`: from the wish to stop such a chunk to its end, the longest of some. `loop-n`: 99th percentile of the event
 * loop's gaps while steps of n rows run.
 */
export const open: OpenSubject = async ({ bundleDir, threads, kv = 'auto', ...profile }) => {
  const bundle = await openBundle(bundleDir);
  const runner = await createRunner({ bundle, runtime: openRuntime({ threads, ...profile }), slots: 16, kvBudgetBytes: 8e9, kv });
  const caches = await filledCaches(runner);
  const stepOf = (rows: number) => () => runner.run(caches.slice(0, rows).map(decode));
  const cases = new Map<string, () => Promise<number>>([
    [`prefill-${PREFILL}`, () => time(() => runner.run([prompt(caches[0] as KvHandle, PREFILL, 'last')]))]
  ]);
  cases.set('cancel', () => slowestCancel(runner, caches[0] as KvHandle));
  for (const rows of ROWS) {
    cases.set(`decode-${rows}`, () => medianOf(stepOf(rows)));
    cases.set(`loop-${rows}`, () => gapsOf(stepOf(rows)));
  }
  cases.set('decode-16/2', () => ratioOf(stepOf(16), stepOf(2)));
  return {
    cases: [...cases.keys()],
    async once(name) {
      const run = cases.get(name);
      if (!run) throw new RangeError(`no case ${name}`);
      return await run();
    },
    async close() {
      for (const cache of caches) runner.free(cache);
      runner.release();
    }
  };
};

// One context, in every cache. A prompt writes over its first positions, which does not matter to how long a step takes.
async function filledCaches(runner: PackedRunner): Promise<KvHandle[]> {
  const caches = Array.from({ length: Math.max(...ROWS) }, () => runner.allocate(CONTEXT + 8));
  const [first, ...others] = caches as [KvHandle, ...KvHandle[]];
  await runner.run([prompt(first, CONTEXT, 'last')]);
  for (const cache of others) runner.copy(first, cache, CONTEXT);
  return caches;
}

function prompt(kv: KvHandle, count: number, logits: StepSlice['logits']): StepSlice {
  const tokens = Array.from({ length: count }, (_, i): TokenInput => ({ kind: 'id', id: (i * 37) % 100 }));
  return { kv, past: 0, tokens, logits, head: 'codes' };
}

function decode(kv: KvHandle, row: number): StepSlice {
  return { kv, past: CONTEXT, tokens: [{ kind: 'code', id: (row * 37) % 100 }], logits: 'last', head: 'codes' };
}

// Each is broken off at another place of a prompt's chunk.
async function slowestCancel(runner: PackedRunner, kv: KvHandle): Promise<number> {
  const taken: number[] = [];
  for (const afterMs of CANCEL_AFTER_MS) {
    const run = runner.run([prompt(kv, PREFILL, 'last')]).catch(() => {});
    await sleep(afterMs);
    taken.push(
      await time(() => {
        runner.cancel();
        return run;
      })
    );
  }
  return Math.max(...taken);
}

async function medianOf(step: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  await step();
  for (let i = 0; i < STEPS; i++) taken.push(await time(step));
  return median(taken);
}

// Step by step in turn, so that both see the same machine.
async function ratioOf(over: () => Promise<unknown>, under: () => Promise<unknown>): Promise<number> {
  const taken: { over: number; under: number }[] = [];
  for (let i = 0; i <= STEPS; i++) taken.push({ over: await time(over), under: await time(under) });
  return median(taken.slice(1).map((pair) => pair.over)) / median(taken.slice(1).map((pair) => pair.under));
}

async function gapsOf(step: () => Promise<unknown>): Promise<number> {
  const gaps = new EventLoopGaps();
  for (let i = 0; i < LOOP_STEPS; i++) await step();
  return gaps.stop();
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}
