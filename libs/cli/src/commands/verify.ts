import type { VerificationFigure } from '@janus-mesh/importer';
import type { Command } from 'commander';
import { requireFolder } from '../folders.ts';
import { interruptible } from '../interruptible.ts';
import { jsonLine } from '../json-line.ts';
import { jsonOption, wholeNumber } from '../options.ts';
import { verifyQuality } from '../verify/verify-bundle.ts';
import { readVerifyPicture, readVerifyText } from '../verify/verify-inputs.ts';
import { warn } from '../warning.ts';

interface VerifyOptions {
  against: string;
  text?: string;
  picture: string[];
  codes?: number;
  threads?: number;
  json: boolean;
}

/** `verify`: what quantising a bundle cost. */
export function addVerify(program: Command): void {
  program
    .command('verify')
    .description(
      'compare a quantised bundle with the f32 model: pictures, guided logits along the same codes, text; exit code 1 beyond its limits'
    )
    .argument('<bundle>', 'folder of the bundle')
    .requiredOption('--against <folder>', 'the checkpoint it was made from, or an f32 bundle of it')
    .option('--text <file>', 'text whose perplexity is told (default: a short story)')
    .option('--picture <file...>', 'pictures to encode; two questions are about the first (default: a made one)', [])
    .option('--codes <n>', 'codes of each drawing that are compared (default: a whole picture, at most 96)', wholeNumber(1, 576))
    .option('--threads <n>', 'threads of each network', wholeNumber(1, 256))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
One model runs at a time. An f32 bundle is served like any other, so its weights must fit into memory. A checkpoint is run layer by
layer, a layer in memory at a time: this is how a 7B model (30 GB as f32) is verified on a machine of 16 GB.

Example:
  janus-mesh verify ./janus-pro-1b --against ~/models/Janus-Pro-1B
`
    )
    .action(runVerify);
}

async function runVerify(bundle: string, options: VerifyOptions): Promise<void> {
  const { against, codes, threads, json } = options;
  requireFolder(bundle, 'the bundle');
  requireFolder(against, '--against');
  const text = options.text === undefined ? undefined : await readVerifyText(options.text);
  const pictures = await Promise.all(options.picture.map(readVerifyPicture));
  const onCutText = (whole: number, taken: number) =>
    warn(`--text ${options.text} has ${whole} tokens: only its first ${taken} are compared`, json);
  const onStage = (stage: string) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${stage}`);
  const figures = await interruptible((signal) =>
    verifyQuality(bundle, { against, text, codes, pictures, threads, onStage, onCutText, signal })
  ).finally(() => onStage(''));
  const passes = figures.every((figure) => figure.passes);
  if (json) for (const figure of figures) process.stdout.write(jsonLine(figure));
  else process.stdout.write(`${table(figures)}\n${passes ? 'within its limits' : 'beyond its limits'}\n`);
  if (!passes) process.exitCode = 1;
}

function table(figures: readonly VerificationFigure[]): string {
  const lines = figures.map(({ stage, measure, value, limit, passes }) => {
    const allowed = limit === undefined ? '' : `${limit.kind === 'least' ? '≥' : '≤'} ${shown(limit.value)}`;
    return [stage.padEnd(14), measure.padEnd(25), shown(value).padStart(10), allowed.padStart(12), passes ? '' : '  NO']
      .join(' ')
      .trimEnd();
  });
  return lines.join('\n');
}

function shown(value: number): string {
  return Math.abs(value) < 0.001 && value !== 0 ? value.toExponential(2) : Number(value.toPrecision(6)).toString();
}
