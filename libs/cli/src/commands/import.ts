import { type ImportEvent, importCheckpoint } from '@janus-mesh/importer';
import { type Command, Option } from 'commander';
import { interruptible } from '../interruptible.ts';
import { jsonLine } from '../json-line.ts';
import { jsonOption } from '../options.ts';
import { progressBar } from '../terminal/progress-bar.ts';

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
      '\nExample:\n  janus-mesh import ~/models/Janus-Pro-1B --out ./janus-pro-1b\n  janus-mesh up --bundle ./janus-pro-1b\n'
    )
    .action(runImport);
}

async function runImport(checkpoint: string, options: ImportOptions): Promise<void> {
  const bar = progressBar('importing');
  const started = performance.now();
  const { overwrite, weights, name, pictures } = options;
  const onProgress = ({ done, total, tensor }: ImportEvent) => bar.update(done, total, tensor);
  const manifest = await interruptible((signal) =>
    importCheckpoint(checkpoint, options.out, { overwrite, weights, name, pictures, onProgress, signal })
  ).finally(bar.end);
  const seconds = (performance.now() - started) / 1000;
  if (options.json) process.stdout.write(jsonLine({ bundle: options.out, name: manifest.name, revision: manifest.revision, seconds }));
  else
    process.stdout.write(`${manifest.name} is in ${options.out} (revision ${manifest.revision.slice(0, 12)}, ${seconds.toFixed(1)} s)\n`);
}
