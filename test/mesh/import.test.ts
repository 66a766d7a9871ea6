import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../support/command.ts';
import { CHECKPOINTS } from '../support/mesh.ts';

const OUT = join(tmpdir(), 'janus-mesh-never-made');

test.each([
  ['neither is', []],
  ['both are', [CHECKPOINTS.tinyPro, '--synthetic', 'janus-pro-1b']]
])('import takes a checkpoint or a size of random weights, %s given: refused', async (given, args) => {
  const { code, stderr } = await runCommand(['import', ...args, '--out', OUT]);
  expect(code).toBe(2);
  expect(stderr).toBe(`error: usage: import takes either the folder of a checkpoint or --synthetic <size>; ${given} given\n`);
});

const SYNTHETIC = ['--synthetic', 'janus-pro-1b'];

test.each([
  [[CHECKPOINTS.tinyPro, '--seed', '3'], '--seed is for --synthetic: a checkpoint has its weights already'],
  [[...SYNTHETIC, '--block', '128'], '--block 128 is for --quantize w4: w8a8 has no blocks'],
  [
    [CHECKPOINTS.tinyPro, '--quantize', 'w4', '--block', '64'],
    "option '--block <n>' argument '64' is invalid. Allowed choices are 32, 128; see janus-mesh import --help"
  ],
  [
    [...SYNTHETIC, '--weights', 'torch'],
    "option '--weights <kind>' cannot be used with option '--synthetic <size>'; see janus-mesh import --help"
  ],
  [
    [...SYNTHETIC, '--pictures', '.'],
    "option '--pictures <folder>' cannot be used with option '--synthetic <size>'; see janus-mesh import --help"
  ],
  [[CHECKPOINTS.tinyPro, '--name', ''], expect.stringContaining('Expected a name without control characters')],
  [
    [CHECKPOINTS.tinyPro, '--name', 'a\u001b[2Jb'],
    expect.stringContaining("'a\\x1b[2Jb' is invalid. Expected a name without control characters")
  ]
])('what means nothing for an import is refused: %j', async (args, message) => {
  const { code, stderr } = await runCommand(['import', ...args, '--out', OUT, '--json']);
  expect(code).toBe(2);
  expect(JSON.parse(stderr)).toEqual({ error: { kind: 'usage', message } });
  expect(existsSync(OUT)).toBe(false);
});

test('a bundle is no checkpoint, and is said to be one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-bundles-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'manifest.json'), '{}');
  expect(await runCommand(['import', folder, '--out', OUT])).toMatchObject({
    code: 2,
    stderr: `error: usage: ${folder} is a bundle, made by import already; serve it with: janus-mesh up --bundle ${folder}\n`
  });
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
