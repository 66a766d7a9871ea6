import { koffi, loadLibc } from './ffi.ts';

/** The bytes of a file at an address that does not change. */
export interface MemoryMap {
  readonly address: bigint;
  /** Lets go of the pages in memory; what is read again comes back from the file. */
  dropPages(): void;
  unmap(): void;
}

const PROT_READ = 1; // these four are the same on Linux and macOS
const MAP_PRIVATE = 2;
const MAP_FAILED = -1n;
const MADV_DONTNEED = 4;

interface MappingFunctions {
  mmap(address: null, bytes: number, protection: number, flags: number, fd: number, offset: number): bigint;
  munmap(address: bigint, bytes: number): number;
  madvise(address: bigint, bytes: number, advice: number): number;
}

let functions: MappingFunctions | null | undefined; // a pure cache; null: this system has none

function mappingFunctions(): MappingFunctions | null {
  if (functions !== undefined) return functions;
  const libc = loadLibc();
  functions = libc
    ? {
        mmap: libc.func('void *mmap(void *address, size_t bytes, int protection, int flags, int fd, int64_t offset)'),
        munmap: libc.func('int munmap(void *address, size_t bytes)'),
        madvise: libc.func('int madvise(void *address, size_t bytes, int advice)')
      }
    : null;
  return functions;
}

/**
 * Maps an open file, read-only; it may be closed afterwards.
 *
 * @param byteLength its length, more than 0
 * @returns undefined where the system has no mmap that we know
 * @throws {Error} with the name of the system's error
 */
export function mapMemory(fd: number, byteLength: number): MemoryMap | undefined {
  const libc = mappingFunctions();
  if (libc === null) return undefined;
  const address = libc.mmap(null, byteLength, PROT_READ, MAP_PRIVATE, fd, 0);
  if (BigInt.asIntN(64, address) === MAP_FAILED) throw new Error(`mmap: ${errorName(koffi.errno())}`);
  return {
    address,
    dropPages: () => void libc.madvise(address, byteLength, MADV_DONTNEED),
    unmap: () => void libc.munmap(address, byteLength)
  };
}

function errorName(code: number): string {
  return Object.entries(koffi.os.errno).find(([, value]) => value === code)?.[0] ?? `errno ${code}`;
}
