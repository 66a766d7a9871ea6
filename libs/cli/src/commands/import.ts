import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openBundle } from '@janus-mesh/bundle';
import { type ImportEvent, importCheckpoint, importSynthetic, PUBLISHED_MODELS, type PublishedName } from '@janus-mesh/importer';
import { blockOf, type KeptLinear, WEIGHT_BLOCKS, type WeightBlock } from '@janus-mesh/models';
import { type Command, Option } from 'commander';
import { requireFolder, requireWritable } from '../folders.ts';
import { interruptible } from '../interruptible.ts';
import { jsonLine } from '../json-line.ts';
import { makeOnce } from '../mesh/make-once.ts';
import { jsonOption, modelName, wholeNumber } from '../options.ts';
import { CommandError } from '../report.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { warn } from '../warning.ts';

interface ImportOptions {
  out: string;
  quantize: 'f32' | 'w8a8' | 'w4';
  block?: `${WeightBlock}`;
  synthetic?: PublishedName;
  seed?: number;
  weights?: 'safetensors' | 'torch';
  name?: string;
  pictures?: string;
  overwrite: boolean;
  ifMissing: boolean;
  json: boolean;
}

/** `import`: a checkpoint, or random numbers of a model's size, to a bundle. */
export function addImport(program: Command): void {
  program
    .command('import')
    .description('turn a Janus or Janus-Pro checkpoint (Hugging Face or original layout) into a bundle the mesh serves')
    .argument('[checkpoint]', 'folder with config.json, tokenizer.json and the weights')
    .requiredOption('--out <folder>', 'folder of the bundle to make')
    .addOption(
      new Option('--quantize <scheme>', 'w8a8: int8 weights and activations; w4: 4-bit weights, for one or two rows; f32: exact')
        .choices(['w8a8', 'w4', 'f32'])
        .default('w8a8')
    )
    .addOption(
      new Option(
        '--block <n>',
        'with --quantize w4: weights that share a scale; 128 is faster and smaller, 32 is closer (default: 32)'
      ).choices(WEIGHT_BLOCKS.map(String))
    )
    .addOption(
      new Option('--synthetic <size>', 'random weights of that size instead of a checkpoint, for benchmarks').choices(
        Object.keys(PUBLISHED_MODELS)
      )
    )
    .option('--seed <n>', 'with --synthetic: the same seed gives the same model (default: 1)', wholeNumber(0, 2 ** 32 - 1))
    .addOption(
      new Option('--weights <kind>', 'which weights to read where both lie in the folder (default: safetensors)')
        .choices(['safetensors', 'torch'])
        .conflicts('synthetic')
    )
    .option('--name <name>', "name of the model (default: the checkpoint folder's)", modelName)
    .addOption(
      new Option(
        '--pictures <folder>',
        "pictures to learn the colours of previews from (default: the checkpoint's own folder pictures)"
      ).conflicts('synthetic')
    )
    .option('--overwrite', 'replace a bundle that is there', false)
    .addOption(
      new Option('--if-missing', 'do nothing if the bundle is there; who comes while another process makes it waits for that one')
        .default(false)
        .conflicts('overwrite')
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  janus-mesh import ~/models/Janus-Pro-1B --out ./janus-pro-1b\n  janus-mesh up --bundle ./janus-pro-1b\n  janus-mesh import --synthetic janus-pro-7b --quantize w4 --out ./random-7b\n'
    )
    .action(runImport);
}

async function runImport(checkpoint: string | undefined, options: ImportOptions): Promise<void> {
  const { out, quantize, block, synthetic, seed, weights, name, pictures, overwrite, ifMissing, json } = options;
  if ((checkpoint === undefined) === (synthetic === undefined)) {
    const given = checkpoint === undefined ? 'neither is' : 'both are';
    throw new CommandError('usage', `import takes either the folder of a checkpoint or --synthetic <size>; ${given} given`);
  }
  if (checkpoint !== undefined) {
    if (seed !== undefined) throw new CommandError('usage', '--seed is for --synthetic: a checkpoint has its weights already');
    requireCheckpoint(checkpoint);
  }
  if (block !== undefined && quantize !== 'w4')
    throw new CommandError('usage', `--block ${block} is for --quantize w4: ${quantize} has no blocks`);
  if (pictures !== undefined) requireFolder(pictures, '--pictures');
  requireWritable(join(out, 'manifest.json'), '--out');
  const bar = progressBar('importing');
  const started = performance.now();
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message); // shown once the bar is gone
  const onProgress = ({ done, total, tensor }: ImportEvent) => bar.update(done, total, tensor);
  const manifest = await interruptible((signal) => {
    const common = { quantize, block: WEIGHT_BLOCKS.find((length) => String(length) === block), name, overwrite, onProgress, signal };
    const make = () => {
      if (synthetic !== undefined) return importSynthetic(synthetic, out, { ...common, seed });
      return importCheckpoint(checkpoint as string, out, { ...common, weights, pictures, onWarning });
    };
    return ifMissing ? makeOnce(out, make, { signal }) : make();
  }).finally(bar.end);
  for (const warning of warnings) warn(warning, json);
  if (manifest === undefined) return reportThere(out, json);
  const seconds = (performance.now() - started) / 1000;
  const { kept, ...parts } = manifest.quantization;
  if (json) process.stdout.write(jsonLine({ bundle: out, name: manifest.name, revision: manifest.revision, kept, seconds }));
  else process.stdout.write(`${manifest.name} is in ${out} (revision ${manifest.revision.slice(0, 12)}, ${seconds.toFixed(1)} s)\n`);
  if (json) return;
  for (const each of kept) process.stdout.write(`  ${each.linear} is kept in ${each.form}: ${reasonOf(each, blockOf(parts))}\n`);
}

function reasonOf({ error, limit, undivided }: KeptLinear, block: WeightBlock): string {
  if (undivided !== undefined) return `its ${undivided} rows do not divide into blocks of ${block}`;
  return `quantised, its output is ${(100 * error).toFixed(1)} % off (limit ${100 * limit} %)`;
}

function requireCheckpoint(folder: string): void {
  requireFolder(folder, 'the checkpoint');
  if (existsSync(join(folder, 'manifest.json')) && !existsSync(join(folder, 'config.json')))
    throw new CommandError('usage', `${folder} is a bundle, made by import already; serve it with: janus-mesh up --bundle ${folder}`);
}

/** With --if-missing. @throws {Error} if what is there is no bundle */
async function reportThere(out: string, json: boolean): Promise<void> {
  const { name, revision } = (await openBundle(out)).manifest;
  process.stdout.write(
    json ? jsonLine({ bundle: out, name, revision }) : `${name} is in ${out} already (revision ${revision.slice(0, 12)})\n`
  );
}
