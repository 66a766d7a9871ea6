import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openBundle } from '@janus-mesh/bundle';
import { expect, test } from 'vitest';
import { importCheckpoint } from './index.ts';
import { golden, temporaryFolder } from './test-support/golden-folder.ts';
import { writeSyntheticCheckpoint } from './test-support/synthetic-checkpoint.ts';

const SCRIPT = join(import.meta.dirname, 'test-support/import-process.ts');
const SIZES = { hidden_size: 512, intermediate_size: 1024, num_hidden_layers: 2, vocab_size: 16_384 };

test.each([
  ['while tensors are written', 0.3],
  ['while the finished weights are hashed', 0.9]
])('an import killed %s leaves nothing that opens, and the next one cleans up', async (_when, share) => {
  const folder = temporaryFolder();
  const checkpoint = join(folder, 'checkpoint');
  writeSyntheticCheckpoint(checkpoint, golden('tiny-pro'), SIZES);
  const bundle = join(folder, 'bundle');
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, checkpoint, bundle], { stdio: ['ignore', 'pipe', 'inherit'] });
  await killAt(child, share);

  expect(existsSync(bundle)).toBe(false);
  const left = readdirSync(folder).filter((name) => name !== 'checkpoint');
  expect(left).toEqual([expect.stringMatching(/^\.bundle\.partial-/)]);
  await expect(openBundle(join(folder, left[0] as string))).rejects.toThrow(expect.objectContaining({ kind: 'missing_file' }));

  await importCheckpoint(checkpoint, bundle);
  await openBundle(bundle);
  expect(readdirSync(folder).toSorted()).toEqual(['bundle', 'checkpoint']);
});

async function killAt(child: ChildProcess, share: number): Promise<void> {
  if (!child.stdout) throw new Error('the process has no output');
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const [, done = 0, total = 1] = /^at (\d+) of (\d+)/.exec(line) ?? [];
    if (Number(done) / Number(total) < share) continue;
    child.kill('SIGKILL');
    break;
  }
  expect(await ended).toEqual([null, 'SIGKILL']);
}
