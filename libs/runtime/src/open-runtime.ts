import { type Library, loadLibrary } from './library.ts';
import { requireProvider, tryProvider } from './provider.ts';
import { Runtime } from './runtime.ts';
import { RuntimeError } from './runtime-error.ts';
import { type RuntimeOptions, type RuntimeSettings, resolveOptions } from './runtime-options.ts';
import { check, create } from './status.ts';

// ONNX Runtime has one environment and one pool a process, and silently ignores the options of whoever comes second: so we remember.
let opened: { readonly settings: RuntimeSettings; readonly runtime: Runtime } | undefined;

/**
 * Loads ONNX Runtime and starts the process's one pool of threads. Opening it again with the same options gives the same runtime.
 *
 * @throws {RuntimeError} LIBRARY if the library can't be used; PROVIDER if it can't run networks on that provider; ARGUMENT if it is open
 *   already with other options
 */
export function openRuntime(options: RuntimeOptions): Runtime {
  const settings = resolveOptions(options);
  if (opened) {
    const before = Object.entries(opened.settings).map(([key, value]) => [key, shown(value)] as const);
    const differing = before.filter(([key, value]) => shown(settings[key as keyof RuntimeSettings]) !== value);
    if (differing.length === 0) return opened.runtime;
    const [key, value] = differing[0] as readonly [keyof RuntimeSettings, string];
    throw new RuntimeError('ARGUMENT', `the runtime is open already with ${key} ${value}, it can't be opened with ${shown(settings[key])}`);
  }
  const library = loadLibrary(settings.libraryPath);
  requireProvider(library.api, settings.provider, library.path);
  const runtime = new Runtime(startEnvironment(library, settings), library.version, settings.threads);
  opened = { settings, runtime };
  return runtime;
}

function startEnvironment({ api }: Library, { threads, spin, affinities, provider, logSeverity, profileTo }: RuntimeSettings) {
  const threading = create(api, api.createThreadingOptions);
  try {
    check(api, api.setGlobalIntraOpThreads(threading, threads));
    check(api, api.setGlobalSpinControl(threading, spin ? 1 : 0));
    if (affinities !== '') check(api, api.setGlobalThreadAffinity(threading, affinities));
    const environment = create(api, api.createEnvironment, logSeverity, 'janus-mesh', threading);
    try {
      tryProvider(api, provider);
    } catch (error) {
      api.releaseEnvironment(environment); // so that one with other options can follow
      throw error;
    }
    shareScratch(api, environment);
    const mainMemory = create(api, api.createCpuMemoryInfo, 0, 0); // OrtDeviceAllocator, OrtMemTypeDefault
    return { api, provider, environment, mainMemory, profileTo };
  } finally {
    api.releaseThreadingOptions(threading);
  }
}

// The arena of sessions that share their scratch memory.
function shareScratch(api: Library['api'], environment: bigint): void {
  const arena = create(api, api.createCpuMemoryInfo, 1, 0); // OrtArenaAllocator, OrtMemTypeDefault
  try {
    check(api, api.createAndRegisterAllocator(environment, arena, null));
  } finally {
    api.releaseMemoryInfo(arena);
  }
}

function shown(value: RuntimeSettings[keyof RuntimeSettings]): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
