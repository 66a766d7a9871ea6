import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compare } from './compare.ts';
import type { Row } from './row.ts';

const USAGE = 'usage: npm run parity -- <golden folder> [--weights safetensors|torch] [--threads n]';

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
  return report(await compare(resolve(folder), { weights, threads: Number(values.threads) }));
}

/** Prints a row a stage. @returns the exit code */
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
  if (rows.length === 0) console.log('cases.json has nothing to compare');
  else console.log(missed.length === 0 ? `all ${rows.length} rows ok` : `${missed.length} of ${rows.length} rows missed`);
  return missed.length === 0 && rows.length > 0 ? 0 : 1;
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toExponential(1);
}

process.exitCode = await main();
