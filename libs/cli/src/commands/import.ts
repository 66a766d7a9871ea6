import { join } from 'node:path';
import { type ImportEvent, importCheckpoint } from '@janus-mesh/importer';
import { type Command, Option } from 'commander';
import { requireFolder, requireWritable } from '../folders.ts';
import { interruptible } from '../interruptible.ts';
import { jsonLine } from '../json-line.ts';
import { jsonOption } from '../options.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { style } from '../terminal/style.ts';

interface ImportOptions {
  out: string;
  weights?: 'safetensors' | 'torch';
  name?: string;
  pictures?: string;
  overwrite: boolean;
  json: boolean;
}

/** `import`: a checkpoint to a bundle. */
export function addImport(program: Command): void {
  program
    .command('import')
    .description('turn a Janus or Janus-Pro checkpoint (Hugging Face or original layout) into a bundle the mesh serves')
    .argument('<checkpoint>', 'folder with config.json, tokenizer.json and the weights')
    .requiredOption('--out <folder>', 'folder of the bundle to make')
    .addOption(
      new Option('--weights <kind>', 'which weights to read where both lie in the folder (default: safetensors)').choices([
        'safetensors',
        'torch'
      ])
    )
    .option('--name <name>', "name of the model (default: the checkpoint folder's)")
    .option('--pictures <folder>', "pictures to learn the colours of previews from (default: the checkpoint's own folder pictures)")
    .option('--overwrite', 'replace a bundle that is there', false)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  janus-mesh import ~/models/Janus-Pro-1B --out ./janus-pro-1b\n  janus-mesh up --bundle ./janus-pro-1b\n'
    )
    .action(runImport);
}

async function runImport(checkpoint: string, options: ImportOptions): Promise<void> {
  requireFolder(checkpoint, 'the checkpoint');
  if (options.pictures !== undefined) requireFolder(options.pictures, '--pictures');
  requireWritable(join(options.out, 'manifest.json'), '--out');
  const bar = progressBar('importing');
  const started = performance.now();
  const { overwrite, weights, name, pictures } = options;
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message); // shown once the bar is gone
  const onProgress = ({ done, total, tensor }: ImportEvent) => bar.update(done, total, tensor);
  const manifest = await interruptible((signal) =>
    importCheckpoint(checkpoint, options.out, { overwrite, weights, name, pictures, onProgress, onWarning, signal })
  ).finally(bar.end);
  for (const warning of warnings) warn(warning, options.json);
  const seconds = (performance.now() - started) / 1000;
  if (options.json) process.stdout.write(jsonLine({ bundle: options.out, name: manifest.name, revision: manifest.revision, seconds }));
  else
    process.stdout.write(`${manifest.name} is in ${options.out} (revision ${manifest.revision.slice(0, 12)}, ${seconds.toFixed(1)} s)\n`);
}

function warn(message: string, json: boolean): void {
  process.stderr.write(json ? jsonLine({ warning: message }) : `${style(process.stderr, 'yellow', 'warning')}: ${message}\n`);
}
