import koffi, { type LibraryHandle } from 'koffi';

/** What a native function takes: addresses, numbers, C strings, memory of typed arrays, and one-element arrays that receive a result. */
export type NativeArgument = bigint | number | string | null | ArrayBufferView | [bigint | null];

/** A C function. Pointers are bigints, null pointers null. `async` runs it on a thread of its own and then calls back. */
export interface NativeFunction {
  (...args: readonly NativeArgument[]): unknown;
  async(...args: readonly [...NativeArgument[], (error: Error | null, result: unknown) => void]): void;
}

// Asynchronous calls run on a small stack of koffi's: ONNX Runtime overflows the default of 128 KiB, and that is a segmentation fault.
// It can only be set before the first library is loaded, hence here. Two pools stay allocated between calls.
const ASYNC_STACK_BYTES = 8 << 20;
if (koffi.config().async_stack_size !== ASYNC_STACK_BYTES) {
  koffi.config({ async_stack_size: ASYNC_STACK_BYTES, async_heap_size: 1 << 20, resident_async_pools: 2 });
}

/** The foreign function interface. Import it from here only, so that it is configured before anything is loaded. */
export { koffi };

// Libraries whose functions are called by address: koffi unloads a library once its handle and the functions got from that are collected.
const kept = new Set<LibraryHandle>();

/** Loads a library for as long as the process runs, so that addresses in it stay good. @throws {Error} if it cannot be loaded */
export function loadForGood(path: string): LibraryHandle {
  const library = koffi.load(path);
  kept.add(library);
  return library;
}

/** The function at an address; does not keep its library loaded. @param signature C, for example `int (void *status)` */
export function functionAt(address: bigint, signature: string): NativeFunction {
  return koffi.decode(address, koffi.proto(signature)) as NativeFunction;
}

/** The pointer stored at an address; null if it is a null pointer. */
export function pointerAt(address: bigint, byteOffset = 0): bigint | null {
  return koffi.decode(address, byteOffset, 'void *') as bigint | null;
}

/** The C string that a pointer stored at an address points to. */
export function stringAt(address: bigint, byteOffset = 0): string {
  return koffi.decode(address, byteOffset, 'char *') as string;
}

/** Loads the system's C library; undefined where there is none that we know (Windows, musl). */
export function loadLibc(): LibraryHandle | undefined {
  const name = process.platform === 'linux' ? 'libc.so.6' : process.platform === 'darwin' ? 'libSystem.dylib' : undefined;
  if (name === undefined) return undefined;
  try {
    return koffi.load(name);
  } catch {
    return undefined;
  }
}
