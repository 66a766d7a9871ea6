import { constants } from 'node:buffer';
import { readSync } from 'node:fs';
import { koffi } from './ffi.ts';
import type { MemoryMap } from './memory-map.ts';

const CHUNK_BYTES = 1 << 26;

/**
 * Reads a whole file into memory: stands in for mapping it where that can't be done.
 *
 * @throws {Error} if it is longer than one array can be, or ends early
 */
export function copyFile(fd: number, byteLength: number): MemoryMap {
  if (byteLength > constants.MAX_LENGTH) {
    throw new Error(
      `${byteLength} bytes are more than the ${constants.MAX_LENGTH} that can be read into memory, and mapping is not available`
    );
  }
  const bytes = new Uint8Array(byteLength);
  for (let offset = 0; offset < byteLength; ) {
    const read = readSync(fd, bytes, offset, Math.min(CHUNK_BYTES, byteLength - offset), offset);
    if (read === 0) throw new Error(`the file ended at byte ${offset} of ${byteLength}`);
    offset += read;
  }
  return new FileCopy(bytes);
}

class FileCopy implements MemoryMap {
  readonly address: bigint;
  readonly bytes: Uint8Array; // kept from being collected

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.address = koffi.address(bytes);
  }

  dropPages(): void {}

  unmap(): void {}
}
