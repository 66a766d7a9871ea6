import { type CpuTimes, cpuTimes, foreignShare } from './machine.ts';
import type { Results } from './results.ts';

/** What can be timed case by case. */
export interface Contestant {
  readonly name: string;
  readonly cases: readonly string[];
  /** Of its process. */
  readonly pid: number;
  once(name: string): Promise<number>;
}

/** How cases are timed. */
export interface ContestOptions {
  /** Rounds that count, after the one that warms up. */
  readonly rounds: number;
  readonly onRound?: (name: string, round: number) => void;
  /** Under which names a contestant's samples are kept. Default: its own and the case's. */
  readonly as?: (contestant: Contestant) => { subject: string; case: string };
}

/** A larger share of the machine than this makes a round disturbed. */
const MUCH = 0.06;

/**
 * Times a case of all that have it: each once a round, round after round, so that a ratio between two does not hang on when the machine
 * was busy. Rounds in which other processes took much of the machine are repeated, as many times as there are rounds in all; those
 * that are still disturbed then count, and are counted. One that fails is left out, with its reason.
 */
export async function runCase(
  name: string,
  contestants: readonly Contestant[],
  results: Results,
  { rounds, onRound = () => {}, as = ({ name: subject }) => ({ subject, case: name }) }: ContestOptions
): Promise<void> {
  const running = new Map(contestants.filter(({ cases }) => cases.includes(name)).map((each) => [each, [] as number[]]));
  const pids = [...new Set([process.pid, ...contestants.map(({ pid }) => pid)])];
  let repeats = rounds;
  let disturbed = 0;
  for (let round = 0; round <= rounds; round++) {
    onRound(name, round);
    const before = cpuTimes(pids);
    const taken = await timeEach(name, running, results);
    if (round === 0) continue;
    const isDisturbed = shareSince(before, pids) > MUCH;
    if (isDisturbed && repeats > 0) {
      repeats--;
      round--;
      continue;
    }
    if (isDisturbed) disturbed++;
    for (const [contestant, samples] of running) samples.push(taken.get(contestant) as number);
  }
  for (const [contestant, samples] of running) results.add({ ...as(contestant), samples, disturbed });
}

async function timeEach(name: string, running: Map<Contestant, number[]>, results: Results): Promise<Map<Contestant, number>> {
  const taken = new Map<Contestant, number>();
  for (const contestant of [...running.keys()]) {
    try {
      taken.set(contestant, await contestant.once(name));
    } catch (error) {
      running.delete(contestant);
      results.skip(`${contestant.name}, ${name}`, (error as Error).message);
    }
  }
  return taken;
}

function shareSince(before: CpuTimes | undefined, pids: readonly number[]): number {
  const after = cpuTimes(pids);
  return before && after ? foreignShare(before, after) : 0;
}
