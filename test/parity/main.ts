import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startTestMesh } from '../support/mesh.ts';
import { openGoldens } from './cases.ts';
import type { Row } from './row.ts';
import { codec } from './stages/codec.ts';
import { image } from './stages/image.ts';
import { pictures } from './stages/pictures.ts';
import { prompts } from './stages/prompts.ts';
import { sampler } from './stages/sampler.ts';
import { text } from './stages/text.ts';
import { vision } from './stages/vision.ts';
import { openSubject } from './subject.ts';

const USAGE = 'usage: npm run parity -- <golden folder> [--weights safetensors|torch] [--threads n]';

/** Imports a golden folder, starts the real mesh on it (f32, diagnostics on) and compares every stage. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { weights: { type: 'string' }, threads: { type: 'string', default: '2' } }
  });
  const [folder] = positionals;
  const weights = values.weights as 'safetensors' | 'torch' | undefined;
  if (folder === undefined || positionals.length > 1 || (weights !== undefined && !['safetensors', 'torch'].includes(weights))) {
    console.error(USAGE);
    return 2;
  }
  const goldens = openGoldens(resolve(folder));
  await using mesh = await startTestMesh({
    checkpoint: goldens.checkpoint,
    threads: Number(values.threads),
    ...(weights ? { weights } : {})
  });
  const subject = await openSubject(goldens, mesh);
  const rows: Row[] = [];
  for (const stage of [prompts, pictures, vision, text, image, codec, sampler]) rows.push(...(await stage(subject)));
  return report(rows);
}

function report(rows: readonly Row[]): number {
  const missed = rows.filter(({ worst, allowed }) => worst > allowed);
  const line = (cells: readonly string[]) =>
    console.log(
      cells
        .map((cell, at) => cell.padEnd([30, 30, 6, 10, 9, 4][at] ?? 0))
        .join(' ')
        .trimEnd()
    );
  line(['stage', 'asked', 'cases', 'largest', 'allowed', 'ok']);
  for (const row of rows)
    line([row.stage, row.via, String(row.cases), figure(row.worst), figure(row.allowed), row.worst > row.allowed ? 'NO' : 'yes']);
  for (const { stage, detail } of missed) console.log(`${stage}: ${detail}`);
  console.log(missed.length === 0 ? `all ${rows.length} rows ok` : `${missed.length} of ${rows.length} rows missed`);
  return missed.length === 0 ? 0 : 1;
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toExponential(1);
}

process.exitCode = await main();
