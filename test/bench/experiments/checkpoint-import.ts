import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fsyncSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeSyntheticCheckpoint } from '../../../libs/importer/src/testing/synthetic-checkpoint.ts';
import { CHECKPOINTS } from '../../support/mesh.ts';
import type { Experiment } from '../bench.ts';

const SCRIPT = join(import.meta.dirname, '../../../libs/importer/src/testing/import-process.ts');

/**
 * Imports a bf16 checkpoint whose language model has the sizes of the one that is measured: `rate`, MB of checkpoint a second, and the
 * importing process's `peak` memory, GB. Quick: with an eighth of the layers.
 */
export const checkpointImport: Experiment = {
  id: 'import',
  async run({ bundles: { config }, isQuick, scratch, results }) {
    const checkpoint = join(scratch, 'checkpoint');
    const { hiddenSize, intermediateSize, layers, vocabSize } = config.text;
    const sizes = {
      hidden_size: hiddenSize,
      intermediate_size: intermediateSize,
      num_hidden_layers: isQuick ? Math.ceil(layers / 8) : layers,
      vocab_size: vocabSize
    };
    try {
      const { bytes } = writeSyntheticCheckpoint(checkpoint, CHECKPOINTS.tinyPro, sizes);
      for (const file of readdirSync(checkpoint)) flush(join(checkpoint, file)); // the disk is the import's alone
      const { peakBytes, seconds } = await importOf(checkpoint, join(scratch, 'imported'));
      results.addValue('import', 'rate', bytes / seconds / 1e6);
      results.addValue('import', 'peak', peakBytes / 1e9);
    } finally {
      for (const folder of ['checkpoint', 'imported']) rmSync(join(scratch, folder), { recursive: true, force: true });
    }
  }
};

function flush(file: string): void {
  const fd = openSync(file, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

async function importOf(checkpoint: string, bundle: string): Promise<{ peakBytes: number; seconds: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, checkpoint, bundle], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the import ended with ${code}`);
  return JSON.parse(said);
}
