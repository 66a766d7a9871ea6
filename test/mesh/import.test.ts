import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../support/command.ts';
import { CHECKPOINTS } from '../support/mesh.ts';

const OUT = join(tmpdir(), 'janus-mesh-never-made');

test.each([
  ['neither', []],
  ['both', [CHECKPOINTS.tinyPro, '--synthetic', 'janus-pro-1b']]
])('import takes a checkpoint or a size of random weights, not %s', async (_what, args) => {
  const { code, stderr } = await runCommand(['import', ...args, '--out', OUT]);
  expect(code).not.toBe(0);
  expect(stderr).toBe('error: usage: import takes the folder of a checkpoint, or --synthetic <size>: one of the two\n');
});

test('a size that is not known is refused with those that are', async () => {
  const { code, stderr } = await runCommand(['import', '--synthetic', 'janus-9b', '--out', OUT]);
  expect(code).not.toBe(0);
  expect(stderr).toContain('janus-1.3b, janus-pro-1b, janus-pro-7b');
});

test('of processes that import to one folder at once with --if-missing one does; the others wait, and find the bundle', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-bundles-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const out = join(folder, 'pro');
  const run = async () => {
    const { code, stdout, stderr } = await runCommand(['import', CHECKPOINTS.tinyPro, '--out', out, '--if-missing', '--json']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return JSON.parse(stdout) as { bundle: string; revision: string; seconds?: number };
  };
  const together = await Promise.all([run(), run(), run()]);
  expect(new Set(together.map(({ revision }) => revision)).size).toBe(1);
  expect(together.filter(({ seconds }) => seconds !== undefined)).toHaveLength(1);
  expect(readdirSync(folder)).toEqual(['pro']);
  const { mtimeMs } = statSync(join(out, 'weights.safetensors'));
  expect((await run()).seconds).toBeUndefined();
  expect(statSync(join(out, 'weights.safetensors')).mtimeMs).toBe(mtimeMs);
});

test('--if-missing keeps what is there, --overwrite replaces it: both together are refused', async () => {
  const { code, stderr } = await runCommand(['import', CHECKPOINTS.tinyPro, '--out', OUT, '--if-missing', '--overwrite']);
  expect(code).toBe(2);
  expect(stderr).toContain("option '--if-missing' cannot be used with option '--overwrite'");
  expect(existsSync(OUT)).toBe(false);
});
