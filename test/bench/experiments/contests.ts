import type { Bench, Experiment } from '../bench.ts';
import { type Contestant, runCase } from '../contest.ts';
import type { SubjectProcess } from '../subject-process.ts';
import type { KnownSubject } from '../subjects.ts';
import { startSubject } from '../subjects.ts';
import { DECODE_ROWS } from '../targets.ts';

/** Cases by what `--only` calls them. */
const CASES: Readonly<Record<string, readonly string[]>> = {
  decode: [...DECODE_ROWS.map((rows) => `decode-${rows}`), 'decode-16/2'],
  prefill: ['prefill-256'],
  siglip: ['siglip'],
  vq: ['vq-decode'],
  loop: ['loop-1', 'loop-8', 'loop-16'],
  cancel: ['cancel']
};

/** What the machine can do at most is measured in each round too, but where nothing is computed against it. */
const LIMITS = ['read', 'int8'];
const WITHOUT_LIMITS = /^(loop-|cancel|decode-16\/2)/;

/** Names for `--only` of what is timed side by side with peers. */
export const CONTESTS = Object.keys(CASES);

/** Times cases side by side, ours and the peers'. Subjects are started one after another, and live until all cases are done. */
export function contests(wanted: readonly string[], subjects: readonly KnownSubject[]): Experiment {
  return {
    id: 'contests',
    async run(bench) {
      const names = wanted.flatMap((id) => CASES[id] ?? []);
      const running = await startAll(subjects, names, bench);
      try {
        for (const name of names) await runWithLimits(name, running, bench);
      } finally {
        for (const subject of running) await subject.close();
      }
    }
  };
}

async function startAll(subjects: readonly KnownSubject[], names: readonly string[], bench: Bench): Promise<SubjectProcess[]> {
  const running: SubjectProcess[] = [];
  for (const subject of subjects) {
    if (![...names, ...LIMITS].some((name) => subject.mayHave.test(name))) continue;
    try {
      const started = await startSubject(subject, bench);
      bench.results.versions[subject.name] = started.versions;
      running.push(started);
    } catch (error) {
      bench.results.skip(subject.name, (error as Error).message);
    }
  }
  return running;
}

async function runWithLimits(name: string, running: readonly SubjectProcess[], { results, rounds, say }: Bench): Promise<void> {
  const competing = running.filter(({ cases }) => cases.includes(name));
  if (competing.length === 0) return results.skip(name, 'none of the subjects that run has it');
  const limits = running.flatMap((subject) =>
    LIMITS.filter((limit) => subject.cases.includes(limit)).map((limit) => limitContestant(subject, limit, name))
  );
  const onRound = (_: string, round: number) => say(`${name}, ${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}`);
  await runCase(name, [...competing, ...(WITHOUT_LIMITS.test(name) ? [] : limits)], results, { rounds, onRound });
}

// Takes part in another's case, under a name of its own.
function limitContestant(subject: SubjectProcess, limit: string, name: string): Contestant {
  return { name: `${limit} limit`, pid: subject.pid, cases: [name], once: () => subject.once(limit) };
}
