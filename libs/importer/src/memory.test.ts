import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { golden, temporaryFolder } from './testing/golden-folder.ts';
import { writeSyntheticCheckpoint } from './testing/synthetic-checkpoint.ts';

const SCRIPT = join(import.meta.dirname, 'testing/import-process.ts');
const MARGIN_BYTES = 300e6;

// The full size is test/import-memory.ts: 1 GB, a tensor of 256 MiB.
test.runIf(process.platform === 'linux')('memory is bounded by the largest tensor, not by the checkpoint', async () => {
  const folder = temporaryFolder();
  const sizes = { hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 4, vocab_size: 32_768 };
  const { bytes, largestAsF32 } = writeSyntheticCheckpoint(join(folder, 'checkpoint'), golden('tiny-pro'), sizes);
  const args = ['--import', 'tsx', SCRIPT, join(folder, 'checkpoint'), join(folder, 'bundle')];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { peakBytes } = JSON.parse(stdout);
  expect(largestAsF32).toBe(2 ** 27);
  expect(2 * bytes, 'the weights as f32').toBeGreaterThan(MARGIN_BYTES + largestAsF32);
  expect(peakBytes).toBeLessThan(MARGIN_BYTES + largestAsF32);
});
