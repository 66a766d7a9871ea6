import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { golden } from './testing/golden-folder.ts';
import { writeSyntheticCheckpoint } from './testing/synthetic-checkpoint.ts';

const SCRIPT = join(import.meta.dirname, 'testing/import-process.ts');
const MARGIN_BYTES = 300e6;

// The full size is test/import-memory.ts: 1 GB, a tensor of 512 MiB as f32.
describe.runIf(process.platform === 'linux')('memory is bounded by the largest tensor, not by the checkpoint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-memory-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const sizes = { hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 4, vocab_size: 32_768 };
  const checkpoint = join(folder, 'checkpoint');
  const { bytes, largestAsF32 } = writeSyntheticCheckpoint(checkpoint, golden('tiny-pro'), sizes);

  test.each(['f32', 'w8a8', 'w4'])('%s', async (scheme) => {
    const args = ['--import', 'tsx', SCRIPT, checkpoint, join(folder, scheme), scheme];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { peakBytes } = JSON.parse(stdout);
    expect(largestAsF32).toBe(2 ** 27);
    expect(2 * bytes, 'the weights as f32').toBeGreaterThan(MARGIN_BYTES + largestAsF32);
    expect(peakBytes).toBeLessThan(MARGIN_BYTES + largestAsF32);
  });
});
