import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { API_VERSION, bindApi, type OrtApi } from './api-table.ts';
import { functionAt, loadForGood, pointerAt } from './ffi.ts';
import { RuntimeError } from './runtime-error.ts';

/** The version all graphs were run with. Older ones lack operators or attributes that they use, as int8 caches. */
const OLDEST_VERSION = '1.30.0';

/** ONNX Runtime, loaded. */
export interface Library {
  readonly path: string;
  /** As the library reports it, for example "1.30.0". */
  readonly version: string;
  readonly api: OrtApi;
}

const FILE_NAMES: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll'
};

/** Where the package onnxruntime-node has the library for this platform; it need not exist. */
export function defaultLibraryPath(): string {
  const name = FILE_NAMES[process.platform];
  if (name === undefined) throw new RuntimeError('LIBRARY', `onnxruntime-node has no library for ${process.platform}-${process.arch}`);
  const require = createRequire(import.meta.url);
  const manifest = require.resolve('onnxruntime-node/package.json');
  const { binary } = JSON.parse(readFileSync(manifest, 'utf8')) as { binary: { napi_versions: number[] } };
  return join(dirname(manifest), 'bin', `napi-v${binary.napi_versions[0]}`, process.platform, process.arch, name);
}

/**
 * Loads ONNX Runtime and binds its C API.
 *
 * @throws {RuntimeError} LIBRARY if the file is missing or no library, is not ONNX Runtime, or is too old
 */
export function loadLibrary(path: string): Library {
  // biome-ignore lint/style/noProcessEnv: the Linux library sends usage data unless told not to, and reads this when it is loaded
  process.env.ORT_DISABLE_TELEMETRY = '1';
  const base = apiBase(path);
  const getApi = functionAt(requirePointer(path, pointerAt(base)), 'void *(uint32_t version)');
  const getVersion = functionAt(requirePointer(path, pointerAt(base, 8)), 'const char *()');
  const version = getVersion() as string;
  const table = getApi(API_VERSION) as bigint | null;
  if (table === null) {
    throw new RuntimeError('LIBRARY', `${path} is ONNX Runtime ${version}, which does not offer version ${API_VERSION} of the C API`);
  }
  if (version.localeCompare(OLDEST_VERSION, 'en', { numeric: true }) < 0)
    throw new RuntimeError('LIBRARY', `${path} is ONNX Runtime ${version}, at least ${OLDEST_VERSION} is needed`);
  return { path, version, api: bindApi(table) };
}

/** Says whether attention of sessions made from now on may run blocked ("flash") kernels: ONNX Runtime has no option for it. */
export function allowFlashAttention(allowed: boolean): void {
  const name = 'ORT_GQA_DISABLE_FLASH_ATTENTION';
  // biome-ignore-start lint/style/noProcessEnv: the library reads this whenever it makes a session
  if (allowed) delete process.env[name];
  else process.env[name] = '1';
  // biome-ignore-end lint/style/noProcessEnv: see above
}

/** The address of the OrtApiBase struct: two function pointers, GetApi and GetVersionString. */
function apiBase(path: string): bigint {
  let getBase: () => unknown;
  try {
    const library = loadForGood(path);
    getBase = library.func('OrtGetApiBase', 'void *', []);
  } catch (cause) {
    throw new RuntimeError('LIBRARY', `${path} cannot be used as ONNX Runtime: ${(cause as Error).message}`, { cause });
  }
  return requirePointer(path, getBase() as bigint | null);
}

function requirePointer(path: string, pointer: bigint | null): bigint {
  if (pointer === null) throw new RuntimeError('LIBRARY', `${path} cannot be used as ONNX Runtime: its OrtApiBase is incomplete`);
  return pointer;
}
