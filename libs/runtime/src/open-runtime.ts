import { type Library, loadLibrary } from './library.ts';
import { Runtime } from './runtime.ts';
import { RuntimeError } from './runtime-error.ts';
import { type RuntimeOptions, type RuntimeSettings, resolveOptions } from './runtime-options.ts';
import { check, create } from './status.ts';

// ONNX Runtime has one environment and one pool a process, and silently ignores the options of whoever comes second: so we remember.
let opened: { readonly settings: RuntimeSettings; readonly runtime: Runtime } | undefined;

/**
 * Loads ONNX Runtime and starts the process's one pool of threads. Opening it again with the same options gives the same runtime.
 *
 * @throws {RuntimeError} LIBRARY if the library can't be used; ARGUMENT if it is open already with other options
 */
export function openRuntime(options: RuntimeOptions): Runtime {
  const settings = resolveOptions(options);
  if (opened) {
    const differing = Object.entries(settings).filter(([key, value]) => opened?.settings[key as keyof RuntimeSettings] !== value);
    if (differing.length === 0) return opened.runtime;
    const [key, value] = differing[0] as [keyof RuntimeSettings, unknown];
    throw new RuntimeError('ARGUMENT', `the runtime is open already with ${key} ${opened.settings[key]}, it can't be opened with ${value}`);
  }
  const library = loadLibrary(settings.libraryPath);
  const runtime = new Runtime(startEnvironment(library, settings), library.version, settings.threads);
  opened = { settings, runtime };
  return runtime;
}

function startEnvironment({ api }: Library, { threads, spin, logSeverity }: RuntimeSettings) {
  const threading = create(api, api.createThreadingOptions);
  try {
    check(api, api.setGlobalIntraOpThreads(threading, threads));
    check(api, api.setGlobalSpinControl(threading, spin ? 1 : 0));
    return {
      api,
      environment: create(api, api.createEnvironment, logSeverity, 'janus-mesh', threading),
      mainMemory: create(api, api.createCpuMemoryInfo, 0, 0) // OrtDeviceAllocator, OrtMemTypeDefault
    };
  } finally {
    api.releaseThreadingOptions(threading);
  }
}
