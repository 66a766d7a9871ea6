import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
