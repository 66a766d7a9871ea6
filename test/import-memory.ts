import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSyntheticCheckpoint } from '../libs/importer/src/testing/synthetic-checkpoint.ts';

// Imports a synthetic checkpoint of about 1 GB, whose largest tensor is 512 MiB as f32, in each form, and prints the importing process's
// speed and peak memory: `npx tsx test/import-memory.ts`. Fails above 400 MB and the largest tensor. Takes 4 GB of disk for a moment.
const MARGIN_BYTES = 400e6;

const root = mkdtempSync(join(tmpdir(), 'janus-mesh-import-'));
try {
  const checkpoint = join(root, 'checkpoint');
  const golden = join(import.meta.dirname, 'goldens/tiny-pro');
  const sizes = { hidden_size: 2048, intermediate_size: 5632, num_hidden_layers: 5, vocab_size: 65_536 };
  const { bytes, largestAsF32 } = writeSyntheticCheckpoint(checkpoint, golden, sizes);
  const script = join(import.meta.dirname, '../libs/importer/src/testing/import-process.ts');
  const limit = MARGIN_BYTES + largestAsF32;
  process.stdout.write(`checkpoint ${mega(bytes)} MB, largest tensor as f32 ${mega(largestAsF32)} MB\n`);
  for (const scheme of ['f32', 'w8a8', 'w4']) {
    const run = spawnSync(process.execPath, ['--import', 'tsx', script, checkpoint, join(root, scheme), scheme], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit']
    });
    if (run.status !== 0) throw new Error(`the import ended with ${run.status ?? run.signal}`);
    const { peakBytes, seconds, measuringSeconds, cpuSeconds } = JSON.parse(run.stdout);
    const rate = bytes / seconds / 1e6;
    const writingRate = bytes / (seconds - measuringSeconds) / 1e6;
    process.stdout.write(
      `${scheme}: ${seconds.toFixed(1)} s (${rate.toFixed(0)} MB/s, ${writingRate.toFixed(0)} MB/s without measuring what quantising costs, ${cpuSeconds.toFixed(1)} s of processor time), peak ${mega(peakBytes)} MB of ${mega(limit)} MB allowed\n`
    );
    rmSync(join(root, scheme), { recursive: true });
    if (peakBytes > limit) process.exitCode = 1;
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}

function mega(count: number): string {
  return (count / 1e6).toFixed(0);
}
