import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { partialOf, putInPlace, removeLeftovers, removeWhole } from './partial-folders.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'janus-mesh-partial-'));
});

afterEach(() => rm(root, { recursive: true }));

test('two who make the same folder, even in one process, have one each, and the first to finish wins', async () => {
  const folder = join(root, 'packed', 'step');
  const [a, b] = await Promise.all([partialOf(folder), partialOf(folder)]);
  expect(a).not.toBe(b);
  for (const partial of [a, b]) await writeFile(join(partial, 'who'), partial);
  await putInPlace(b, folder);
  await putInPlace(a, folder);
  expect(await readFile(join(folder, 'who'), 'utf8')).toBe(b);
});

test('a folder is removed whole, and it is no fault if it is gone', async () => {
  const folder = join(root, 'step');
  await mkdir(folder);
  await writeFile(join(folder, 'weights.bin'), 'x');
  await removeWhole(folder);
  await removeWhole(folder);
  expect(await readdir(root)).toEqual([]);
});

test('partial folders are removed when they are older than an hour, others never', async () => {
  const old = new Date(Date.now() - 3_700_000);
  for (const name of ['step', 'step.partial-old', 'step.123.partial', 'step.partial-new']) {
    await mkdir(join(root, name));
    if (!name.endsWith('new')) await utimes(join(root, name), old, old);
  }
  await removeLeftovers(root);
  expect((await readdir(root)).sort()).toEqual(['step', 'step.partial-new']);
});

// The one folder that nobody may write, not even the superuser: read-only in a container, forbidden on a host.
test.runIf(existsSync('/sys/kernel'))('where no folder can be made, the reason is the real one', async () => {
  await expect(partialOf('/sys/packed/step')).rejects.toThrow(/EROFS|EACCES|EPERM/);
});
