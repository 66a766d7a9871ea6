import { koffi, loadLibc } from './ffi.ts';

/** Pages at an address that does not change. */
export interface Pages {
  readonly address: bigint;
  unmap(): void;
}

/** The bytes of a file. */
export interface MemoryMap extends Pages {
  /** Lets go of the pages in memory; what is read again comes back from the file. */
  dropPages(): void;
}

const PROT_READ = 1; // all but MAP_ANONYMOUS are the same on Linux and macOS
const PROT_WRITE = 2;
const MAP_PRIVATE = 2;
const MAP_ANONYMOUS = process.platform === 'darwin' ? 0x1000 : 0x20;
const MAP_FAILED = -1n;
const MADV_DONTNEED = 4;

interface MappingFunctions {
  mmap(address: null, bytes: number, protection: number, flags: number, fd: number, offset: number): bigint;
  munmap(address: bigint, bytes: number): number;
  madvise(address: bigint, bytes: number, advice: number): number;
  memmove(to: bigint, from: bigint, bytes: number): bigint;
}

let functions: MappingFunctions | null | undefined; // a pure cache; null: this system has none

function mappingFunctions(): MappingFunctions | null {
  if (functions !== undefined) return functions;
  const libc = loadLibc();
  functions = libc
    ? {
        mmap: libc.func('void *mmap(void *address, size_t bytes, int protection, int flags, int fd, int64_t offset)'),
        munmap: libc.func('int munmap(void *address, size_t bytes)'),
        madvise: libc.func('int madvise(void *address, size_t bytes, int advice)'),
        memmove: libc.func('void *memmove(void *to, void *from, size_t bytes)')
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
  const pages = map(libc, { byteLength, protection: PROT_READ, flags: MAP_PRIVATE, fd });
  return { ...pages, dropPages: () => void libc.madvise(pages.address, byteLength, MADV_DONTNEED) };
}

/**
 * Pages of no file, filled with zeros: they take memory as they are written.
 *
 * @param byteLength more than 0
 * @returns undefined where the system has no mmap that we know
 * @throws {Error} with the name of the system's error
 */
export function allocateMemory(byteLength: number): Pages | undefined {
  const libc = mappingFunctions();
  if (libc === null) return undefined;
  return map(libc, { byteLength, protection: PROT_READ | PROT_WRITE, flags: MAP_PRIVATE | MAP_ANONYMOUS, fd: -1 });
}

/** Copies bytes between addresses; only where there are pages. */
export function moveBytes(from: bigint, to: bigint, byteLength: number): void {
  mappingFunctions()?.memmove(to, from, byteLength);
}

interface Mapping {
  readonly byteLength: number;
  readonly protection: number;
  readonly flags: number;
  readonly fd: number;
}

function map(libc: MappingFunctions, { byteLength, protection, flags, fd }: Mapping): Pages {
  const address = libc.mmap(null, byteLength, protection, flags, fd, 0);
  if (BigInt.asIntN(64, address) === MAP_FAILED) throw new Error(`mmap: ${errorName(koffi.errno())}`);
  return { address, unmap: () => void libc.munmap(address, byteLength) };
}

function errorName(code: number): string {
  return Object.entries(koffi.os.errno).find(([, value]) => value === code)?.[0] ?? `errno ${code}`;
}
