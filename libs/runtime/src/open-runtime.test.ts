import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { defaultLibraryPath } from './library.ts';
import { openRuntime } from './open-runtime.ts';

const folder = mkdtempSync(join(tmpdir(), 'open-runtime-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COMPILER = 'gcc';

const opening = (libraryPath: string) => () => openRuntime({ threads: 1, libraryPath });

/** A library whose OrtGetApiBase gives what the C expression says. */
function stubLibrary(name: string, apiBase: string, [version, table] = ['1.8.1', '0']): string {
  const source = join(folder, `${name}.c`);
  const library = join(folder, `${name}.so`);
  writeFileSync(
    source,
    `static const void *get_api(unsigned version) { return ${table}; }
     static const char *get_version(void) { return "${version}"; }
     static const void *base[] = { get_api, get_version };
     const void *OrtGetApiBase(void) { return ${apiBase}; }`
  );
  const compiled = spawnSync(COMPILER, ['-shared', '-fPIC', '-o', library, source], { encoding: 'utf8' });
  if (compiled.status !== 0) throw new Error(compiled.stderr);
  return library;
}

const hasCompiler = spawnSync(COMPILER, ['--version']).status === 0;
if (!hasCompiler) console.log('skipped: libraries that are not quite ONNX Runtime, as there is no gcc to build them');

test('refuses a library that does not exist', () => {
  const path = join(folder, 'absent.so');
  expect(opening(path)).toThrow(
    expect.objectContaining({ code: 'LIBRARY', message: expect.stringContaining(`${path} cannot be used as ONNX Runtime`) })
  );
});

test('refuses a file that is no library', () => {
  const path = join(folder, 'text.so');
  writeFileSync(path, 'not a library');
  expect(opening(path)).toThrow(/text\.so cannot be used as ONNX Runtime: .*(ELF|mach-o|file too short|%1)/i);
});

test.runIf(process.platform === 'linux')('refuses another library, naming the symbol it lacks', () => {
  expect(opening('libm.so.6')).toThrow(/libm\.so\.6 cannot be used as ONNX Runtime: .*OrtGetApiBase/);
});

test.runIf(hasCompiler)('refuses a library that does not offer the version of the API', () => {
  const path = stubLibrary('old', 'base');
  expect(opening(path)).toThrow(`${path} is ONNX Runtime 1.8.1, which does not offer version 20 of the C API`);
});

test.runIf(hasCompiler)('refuses a library that offers the API, but is older than what the graphs were run with', () => {
  const path = stubLibrary('older', 'base', ['1.29.2', '&get_api']);
  expect(opening(path)).toThrow(`${path} is ONNX Runtime 1.29.2, at least 1.30.0 is needed`);
});

test.runIf(hasCompiler)('refuses a library without its two entry points', () => {
  expect(opening(stubLibrary('null', '0'))).toThrow(/OrtApiBase is incomplete/);
  expect(opening(stubLibrary('zeros', 'get_api(0) ? base : (const void *[]){0, 0}'))).toThrow(/OrtApiBase is incomplete/);
});

test('refuses a number of threads that is none', () => {
  expect(() => openRuntime({ threads: 0 })).toThrow('threads must be a whole number from 1, not 0');
});

test('refuses a provider that the library was built without, naming it and those there are', () => {
  const path = defaultLibraryPath();
  expect(() => openRuntime({ threads: 1, provider: 'rocm' })).toThrow(
    expect.objectContaining({ code: 'PROVIDER', message: expect.stringMatching(/^.* has no execution provider "rocm"; it has .*\bcpu\b/) })
  );
  expect(() => openRuntime({ threads: 1, provider: 'rocm' })).toThrow(path);
});

test('refuses options of a provider that has none', () => {
  expect(() => openRuntime({ threads: 1, providerOptions: { device_id: '1' } })).toThrow(
    'the execution provider "cpu" has no options, got device_id'
  );
});

test('refuses fewer processors than threads', () => {
  expect(() => openRuntime({ threads: 2, processors: [0] })).toThrow("2 threads can't be pinned to 1 processors: each takes one");
});

test('opens after refusals, tells its version, and gives the same runtime for the same options', () => {
  const runtime = openRuntime({ threads: 2 });
  const manifest = join(defaultLibraryPath(), '../../../../../package.json');
  expect(runtime.version).toBe(JSON.parse(readFileSync(manifest, 'utf8')).version);
  expect([runtime.provider, runtime.threads]).toEqual(['cpu', 2]);
  expect(openRuntime({ threads: 2, spin: true, libraryPath: defaultLibraryPath() })).toBe(runtime);
  expect(() => openRuntime({ threads: 3 })).toThrow("the runtime is open already with threads 2, it can't be opened with 3");
  expect(() => openRuntime({ threads: 2, spin: false })).toThrow('open already with spin true');
});

test('leaves no traces of usage reports', () => {
  openRuntime({ threads: 2 });
  expect(existsSync(join(tmpdir(), `mat-debug-${process.pid}.log`))).toBe(false);
});
