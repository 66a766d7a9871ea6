import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImportOptions, importCheckpoint } from '@janus-mesh/importer';
import { CHECKPOINTS, startTestMesh } from '../support/mesh.ts';
import { namesOption, orUsage, parseOptions, wholeOption } from '../support/script-options.ts';
import { type Examination, examine, makeExamination, type Verdicts } from './examine.ts';
import { pairedDifference } from './paired.ts';

const SCHEMES = {
  f32: { quantize: 'f32' },
  w8a8: { quantize: 'w8a8' },
  w4: { quantize: 'w4' },
  'w4-b128': { quantize: 'w4', block: 128 }
} as const satisfies Record<string, ImportOptions>;

// npx tsx test/quality/main.ts [--drawings 300] [--questions 300] [--seed n] [--schemes f32,w8a8]
const { schemes, ...counts } = orUsage(() => {
  const values = parseOptions({
    drawings: { type: 'string', default: '300' },
    questions: { type: 'string', default: '301' },
    seed: { type: 'string', default: '1' },
    schemes: { type: 'string', default: 'f32,w8a8' }
  });
  return {
    drawings: wholeOption('--drawings', values.drawings, 1),
    questions: wholeOption('--questions', values.questions, 1),
    seed: wholeOption('--seed', values.seed, 0),
    schemes: namesOption('--schemes', values.schemes, Object.keys(SCHEMES) as (keyof typeof SCHEMES)[])
  };
});
console.log(`${counts.drawings} drawings (guidance 5, temperature 1), ${counts.questions} questions (greedy), --seed ${counts.seed}`);

const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-quality-'));
let examination: Examination | undefined;
const verdicts = new Map<string, Verdicts>();
try {
  for (const scheme of schemes) {
    const bundle = join(folder, scheme);
    await importCheckpoint(CHECKPOINTS.tinyShapes, bundle, SCHEMES[scheme]);
    await using mesh = await startTestMesh({ bundle, diagnostics: false });
    examination ??= await makeExamination(mesh, counts);
    verdicts.set(scheme, await examine(mesh, examination));
    report(scheme);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function report(scheme: string): void {
  const [base] = schemes;
  for (const part of ['drawings', 'questions'] as const) {
    const own = verdicts.get(scheme)?.[part] ?? [];
    const first = verdicts.get(base as string)?.[part] ?? [];
    const right = own.filter(Boolean).length;
    const { difference, low, high } = pairedDifference(first, own);
    const points = (share: number) => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(2)}`;
    const against = scheme === base ? '' : `  against ${base}: ${points(difference)} points [${points(low)}, ${points(high)}]`;
    console.log(`${scheme.padEnd(7)} ${part.padEnd(10)} ${right} of ${own.length} right${against}`);
    if (difference < -0.02 || high < 0) process.exitCode = 1;
  }
}
