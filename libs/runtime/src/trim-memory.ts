import { loadLibc } from './ffi.ts';

/**
 * Gives memory that was freed back to the system, where the C library keeps it (glibc). Worth a call after sessions were made: they
 * allocate and free as much as the weights. Does nothing elsewhere.
 */
export function trimMemory(): void {
  if (process.platform !== 'linux') return;
  loadLibc()?.func('int malloc_trim(size_t keep)')(0);
}
