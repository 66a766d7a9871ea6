import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyFile } from './file-copy.ts';
import { MappedFile } from './mapped-file.ts';
import { openRuntime } from './open-runtime.ts';
import { ADD } from './testing/graphs.ts';

const runtime = openRuntime({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'mapped-file-'));
const path = join(folder, 'numbers');
const numbers = Float32Array.from({ length: 50_000 }, (_, i) => i);

beforeAll(() => writeFileSync(path, numbers));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ['mapped', (file: string) => MappedFile.open(file)],
  ['read into memory', (file: string) => new MappedFile(file, copyFile)]
])('a file that is %s', (_, open) => {
  test('shows its bytes without copying them', () => {
    const file = open(path);
    const view = file.view(40, 80);
    expect(file.byteLength).toBe(200_000);
    expect([...new Float32Array(view.buffer, view.byteOffset, 20)]).toEqual([...numbers.subarray(10, 30)]);
    expect(Buffer.compare(file.view(0, 200_000), readFileSync(path))).toBe(0);
    file.close();
  });

  test('holds tensors that are computed with where they lie', async () => {
    const file = open(path);
    const a = runtime.tensorAt('f32', [1, 2], file.address(400), file);
    const session = await runtime.createSession({ model: ADD });
    const call = session.newCall(['a', 'b'], ['y']);
    const y = runtime.tensor('f32', [1, 2]);
    call.setInput('a', a);
    call.setInput('b', a);
    call.setOutput('y', y);
    file.dropPages();
    file.close(); // the value keeps it mapped
    await call.run();
    expect([...y.data]).toEqual([200, 202]);
    a.release();
    session.release();
  });

  test('stays readable through a view after it was closed', () => {
    const file = open(path);
    const view = file.view(199_996, 4);
    file.close();
    file.close();
    expect(new DataView(view.buffer).getFloat32(0, true)).toBe(49_999);
    expect(() => file.view(0, 4)).toThrow(`mapped file ${path} was used after it was released`);
    expect(() => file.dropPages()).toThrow(/released/);
  });

  test('refuses ranges outside it', () => {
    const file = open(path);
    expect(() => file.view(199_999, 2)).toThrow(`bytes 199999 to 200001 are not inside ${path} of 200000 bytes`);
    expect(() => file.view(-1, 2)).toThrow(/not inside/);
    expect(() => file.address(200_001)).toThrow(/not inside/);
    expect(() => runtime.tensorAt('f32', [2], file.address(199_996), file)).toThrow(/bytes 199996 to 200004 are not inside/);
    file.close();
  });
});

test('an empty file has an empty view', () => {
  const empty = join(folder, 'empty');
  writeFileSync(empty, '');
  expect(MappedFile.open(empty).view(0, 0)).toEqual(new Uint8Array(0));
});

test('says which file can not be mapped, and why', () => {
  expect(() => MappedFile.open(join(folder, 'absent'))).toThrow(/cannot map .*absent: ENOENT/);
  expect(() => MappedFile.open(folder)).toThrow(/cannot map .*: (mmap: ENODEV|EISDIR)/);
});
