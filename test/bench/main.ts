import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PUBLISHED_MODELS } from '@janus-mesh/importer';
import { nameOption, namesOption, numberOption, orUsage, parseOptions, UsageError, wholeOption } from '../support/script-options.ts';
import { barChartSvg } from './bar-chart.ts';
import type { Bench, Experiment } from './bench.ts';
import { decodeChart } from './decode-chart.ts';
import { checkpointImport } from './experiments/checkpoint-import.ts';
import { CONTESTS, contests } from './experiments/contests.ts';
import { picturesAtOnce } from './experiments/pictures-at-once.ts';
import { type CaseProfile, isProfiled, profiles } from './experiments/profiles.ts';
import { samplingLoop } from './experiments/sampling-loop.ts';
import { secondQuestion } from './experiments/second-question.ts';
import { telemetryCost } from './experiments/telemetry-cost.ts';
import { textGap } from './experiments/text-gap.ts';
import { transformerMemory } from './experiments/transformer-memory.ts';
import { vqQuality } from './experiments/vq-quality.ts';
import { wholePicture } from './experiments/whole-picture.ts';
import { describeMachine, type Machine } from './machine.ts';
import { profileLines, reportLines, SOAK_LIMIT_MB, soakLines } from './report.ts';
import { Results } from './results.ts';
import { type SoakedService, soak } from './soak.ts';
import { knownSubjects } from './subjects.ts';
import { syntheticBundles } from './synthetic-models.ts';
import { isMet, targets } from './targets.ts';

const EXPERIMENTS: readonly Experiment[] = [
  transformerMemory,
  picturesAtOnce,
  wholePicture,
  textGap,
  secondQuestion,
  samplingLoop,
  vqQuality,
  checkpointImport,
  telemetryCost
];
const IDS = [...CONTESTS, ...EXPERIMENTS.map(({ id }) => id)];

const USAGE = `npm run bench -- [--quick] [--only ${IDS.join(',')}] [--model janus-pro-1b]
  [--profile decode-2,siglip,...] [--rounds n] [--threads n] [--json file] [--plot file] [--cache folder] [--soak minutes]

Times ours and the peers side by side, on a model with random weights, and says what holds. Peers need Python with the packages of
test/bench/peers/requirements.txt; JANUS_MESH_BENCH_PYTHON names the interpreter. Models, and what peers make of them, are kept in the
cache folder (some 8 GB). --profile says by operator where the time of cases goes. Exit code 1: something that was measured does not hold;
2: called in a wrong way.`;

const values = orUsage(readOptions);

if (values.help) process.stdout.write(`${USAGE}\n`);
else await main();

function readOptions() {
  const {
    only,
    rounds,
    soak: minutes,
    profile,
    ...given
  } = parseOptions({
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    model: { type: 'string', default: 'janus-pro-1b' },
    rounds: { type: 'string' },
    threads: { type: 'string', default: `${availableParallelism()}` },
    json: { type: 'string' },
    plot: { type: 'string' },
    cache: { type: 'string', default: join(homedir(), '.cache/janus-mesh/bench') },
    soak: { type: 'string' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false }
  });
  const cases = profile?.split(',') ?? [];
  for (const name of cases)
    if (!isProfiled(name)) throw new UsageError(`--profile ${JSON.stringify(name)}: expected decode-n, prefill-n, siglip or vq-decode`);
  const isMeasuring = minutes === undefined && profile === undefined;
  return {
    ...given,
    model: nameOption('--model', given.model, ['small', ...Object.keys(PUBLISHED_MODELS)]),
    wanted: only === undefined ? (isMeasuring ? IDS : []) : namesOption('--only', only, IDS),
    rounds: rounds === undefined ? undefined : wholeOption('--rounds', rounds, 1),
    threads: wholeOption('--threads', given.threads, 1),
    soak: minutes === undefined ? undefined : numberOption('--soak', minutes, 0),
    cases
  };
}

async function main(): Promise<void> {
  const machine = describeMachine();
  const scratch = mkdtempSync(join(tmpdir(), 'janus-mesh-bench-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const bench = await openBench(scratch);
  // Interrupted, it says what it has. Its children end with it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(report(bench, machine, {}) ? 130 : 1));
  await runAll(values.wanted, bench);
  const soaked = values.soak === undefined ? [] : await soak(bench, values.soak);
  const profiled = values.cases.length > 0 ? await profiles(bench, values.cases) : [];
  if (!report(bench, machine, { soaked, profiled })) process.exitCode = 1;
}

// What was measured beside the results.
interface Measured {
  readonly soaked?: readonly SoakedService[];
  readonly profiled?: readonly CaseProfile[];
}

// Returns whether all that was measured holds.
function report({ results, bundles: { config } }: Bench, machine: Machine, { soaked = [], profiled = [] }: Measured): boolean {
  const found = targets(results, config);
  if (results.all.length > 0) process.stdout.write(`${reportLines(results, { targets: found, config, machine }).join('\n')}\n`);
  if (profiled.length > 0) process.stdout.write(`${profileLines(profiled).join('\n')}\n`);
  if (soaked.length > 0) process.stdout.write(`${soakLines(soaked).join('\n')}\n`);
  if (values.json)
    writeFileSync(
      values.json,
      `${JSON.stringify(results.toJson(machine, { targets: found, soak: soaked, profiles: profiled }), null, 1)}\n`
    );
  if (values.plot) writeFileSync(values.plot, barChartSvg(decodeChart(results, values.model, machine)));
  return found.every((target) => isMet(target) !== false) && soaked.every(({ upper }) => upper < SOAK_LIMIT_MB);
}

async function openBench(scratch: string): Promise<Bench> {
  const say = (message: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${message}\n`);
  return {
    results: new Results(),
    threads: values.threads,
    rounds: values.rounds ?? (values.quick ? 2 : 9),
    isQuick: values.quick,
    bundles: await syntheticBundles(values.model, values.cache, say),
    cache: values.cache,
    scratch,
    say
  };
}

// One that fails does not take the others with it.
async function runAll(wanted: readonly string[], bench: Bench): Promise<void> {
  const sideBySide = wanted.filter((id) => CONTESTS.includes(id));
  const subjects = knownSubjects(process.env.JANUS_MESH_BENCH_PYTHON ?? 'python3', values.cache);
  const chosen = [
    ...(sideBySide.length > 0 ? [contests(sideBySide, subjects)] : []),
    ...EXPERIMENTS.filter(({ id }) => wanted.includes(id))
  ];
  for (const experiment of chosen) {
    bench.say(experiment.id);
    try {
      await experiment.run(bench);
    } catch (error) {
      bench.results.skip(experiment.id, (error as Error).message);
    }
  }
}
