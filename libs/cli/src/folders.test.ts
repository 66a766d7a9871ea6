import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolder, requireFolder, requireWritable } from './folders.ts';

const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-folders-'));
const file = join(folder, 'file');
writeFileSync(file, '');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a folder is made with those above it, and may be there already', () => {
  makeFolder(join(folder, 'a', 'b'));
  makeFolder(join(folder, 'a', 'b'));
  expect(existsSync(join(folder, 'a', 'b'))).toBe(true);
});

test.runIf(process.platform === 'linux')('where the system takes no folders it fails instead of trying forever', () => {
  expect(() => makeFolder('/proc/none/deeper')).toThrow(expect.objectContaining({ code: expect.stringMatching(/ENOENT|EACCES/) }));
});

test('a file that is there, or whose folders are still to be made, can be written', () => {
  requireWritable(file, '--receipt');
  requireWritable(join(folder, 'new', 'newer', 'file'), '--receipt');
});

test.each([
  ['', 'not_a_file', 'is a folder'],
  ['file/below', 'not_a_folder', 'file is a file, a folder is needed']
])('%j below a folder that holds a file cannot be written: %s', (path, kind, message) => {
  expect(() => requireWritable(join(folder, path), '--receipt')).toThrow(
    expect.objectContaining({ kind, message: expect.stringMatching(`^--receipt.*${message}`) })
  );
});

test('a folder that is missing or a file is named with what it is for', () => {
  expect(() => requireFolder(join(folder, 'none'), '--pictures')).toThrow(/^--pictures .*none: there is no such folder$/);
  expect(() => requireFolder(file, '--pictures')).toThrow(/^--pictures .*file is a file, a folder is needed$/);
});
