import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBundle } from '@janus-mesh/bundle';
import { expect, test } from 'vitest';
import { importCheckpoint } from './index.ts';
import { golden, temporaryFolder } from './testing/golden-folder.ts';

const SCRIPT = join(import.meta.dirname, 'testing/import-process.ts');

test.each([
  ['at its first tensors', 0.01],
  ['while a network runs', 0.5],
  ['when all weights are written and hashed', 1]
])('an import killed %s leaves nothing that opens, and the next one cleans up', async (_when, share) => {
  const folder = temporaryFolder();
  const bundle = join(folder, 'bundle');
  await killedAt(share, bundle);

  expect(existsSync(bundle)).toBe(false);
  const left = readdirSync(folder);
  expect(left).toEqual([expect.stringMatching(/^\.bundle\.partial-/)]);
  await expect(openBundle(join(folder, left[0] as string))).rejects.toThrow(expect.objectContaining({ kind: 'missing_file' }));

  await importCheckpoint(golden('tiny-pro'), bundle, { quantize: 'f32' });
  await openBundle(bundle);
  expect(readdirSync(folder)).toEqual(['bundle']);
});

async function killedAt(share: number, bundle: string): Promise<void> {
  const args = ['--import', 'tsx', SCRIPT, golden('tiny-pro'), bundle, 'w8a8', String(share)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [said] = await once(child.stdout, 'data');
  expect(String(said)).toBe('holding\n');
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
}
