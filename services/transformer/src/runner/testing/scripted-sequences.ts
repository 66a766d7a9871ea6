import { seededRandom } from '@janus-mesh/networks/testing';
import type { Head, KvHandle, StepSlice } from '../../engine/model-runner.ts';
import type { PackedRunner } from '../packed-runner.ts';
import { slice, tokens } from './slices.ts';

/** A sequence whose cut into steps is fixed: what it gives must not depend on what else a step holds. */
export interface Script {
  readonly head: Head;
  readonly positions: number;
  /** Ids that each step brings. */
  readonly steps: readonly (readonly number[])[];
}

/** Scripts of a seed: prompts in one to three chunks, then single tokens; every third one's are codes. */
export function scripts(count: number, seed: number): Script[] {
  const random = seededRandom(seed);
  const whole = (below: number) => Math.floor(random() * below);
  return Array.from({ length: count }, (_, i) => {
    const chunks = Array.from({ length: whole(3) }, () => 2 + whole(40));
    const counts = [...chunks, 2 + whole(20), ...Array.from({ length: 1 + whole(12) }, () => 1)];
    const steps = counts.map((length) => Array.from({ length }, () => whole(256)));
    return { head: i % 3 === 0 ? 'codes' : 'text', positions: 150 + whole(300), steps };
  });
}

/** One step of a script. */
export function sliceOf({ head, steps }: Script, kv: KvHandle, step: number): StepSlice {
  const past = steps.slice(0, step).reduce((sum, ids) => sum + ids.length, 0);
  const isCode = head === 'codes' && step > 0;
  const kind = isCode ? 'code' : 'id';
  return slice({ kv, past, head, tokens: tokens(steps[step] as number[], kind), logits: step % 4 === 3 ? 'all' : 'last' });
}

/** Logits of every step of a sequence that has the runner for itself. */
export async function runAlone(runner: PackedRunner, script: Script): Promise<Float32Array[]> {
  const kv = runner.allocate(script.positions);
  const results: Float32Array[] = [];
  for (const step of script.steps.keys()) results.push((await runner.run([sliceOf(script, kv, step)]))[0]?.rows?.slice() as Float32Array);
  runner.free(kv);
  return results;
}

/**
 * Runs scripts beside each other: they come when it pleases, pause, and go when they are done.
 *
 * @param onLogits gets what each step of each script gave, valid until it returns
 */
export async function runTogether(
  runner: PackedRunner,
  all: readonly Script[],
  onLogits: (script: number, step: number, logits: Float32Array | undefined) => void
): Promise<void> {
  const random = seededRandom(11);
  const waiting = [...all.keys()];
  const running = new Map<number, { kv: KvHandle; step: number }>();
  while (waiting.length + running.size > 0) {
    while (waiting.length > 0 && running.size < runner.slots && random() < 0.6) {
      const index = waiting.shift() as number;
      running.set(index, { kv: runner.allocate(all[index]?.positions as number), step: 0 });
    }
    const chosen = [...running].filter(() => random() < 0.7);
    if (chosen.length === 0) continue;
    const logits = await runner.run(chosen.map(([index, { kv, step }]) => sliceOf(all[index] as Script, kv, step)));
    for (const [i, [index, state]] of chosen.entries()) {
      onLogits(index, state.step, logits[i]?.rows);
      state.step++;
      if (state.step < (all[index] as Script).steps.length) continue;
      runner.free(state.kv);
      running.delete(index);
    }
  }
}
