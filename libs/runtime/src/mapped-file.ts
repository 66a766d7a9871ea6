import { constants } from 'node:buffer';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { AddressedMemory } from './addressed-memory.ts';
import { koffi } from './ffi.ts';
import { copyFile } from './file-copy.ts';
import { type MemoryMap, mapMemory } from './memory-map.ts';
import { RuntimeError } from './runtime-error.ts';

// Tells a file that a view of it was collected, so that nothing is unmapped under a view.
const views = new FinalizationRegistry<MappedFile>((file) => file.drop());

/**
 * A file mapped into memory, read-only: it is read page by page as it is used, shared with other processes, and costs nothing while
 * unused. Where mapping is not available (Windows) it is read into memory whole. It stays mapped until it was closed and no value, no
 * session and no view needs it.
 */
export class MappedFile extends AddressedMemory {
  readonly path: string;
  readonly byteLength: number;
  readonly #map: MemoryMap;

  /**
   * Maps a file; reads nothing yet.
   *
   * @throws {RuntimeError} FILE with the system's words
   */
  static open(path: string): MappedFile {
    return new MappedFile(path, (fd, byteLength) => mapMemory(fd, byteLength) ?? copyFile(fd, byteLength));
  }

  /** Use `open`. @param map how the open file gets into memory */
  constructor(path: string, map: (fd: number, byteLength: number) => MemoryMap) {
    super();
    this.path = path;
    let fd: number | undefined;
    try {
      fd = openSync(path, 'r');
      this.byteLength = fstatSync(fd).size;
      this.#map = this.byteLength === 0 ? copyFile(fd, 0) : map(fd, this.byteLength);
    } catch (cause) {
      throw new RuntimeError('FILE', `cannot map ${path}: ${(cause as Error).message}`, { cause });
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }

  /**
   * The bytes of a range, without copying them. Writing to them ends the process. A view is not for free (it is known to the garbage
   * collector): make it once, not in a loop.
   *
   * @throws {RuntimeError} ARGUMENT if the range is not inside the file or longer than 4 GiB, RELEASED
   */
  view(offset: number, byteLength: number): Uint8Array {
    this.assertRange(offset, byteLength);
    if (byteLength > constants.MAX_LENGTH) {
      throw new RuntimeError('ARGUMENT', `a view of ${byteLength} bytes of ${this.path} is longer than ${constants.MAX_LENGTH} bytes`);
    }
    if (byteLength === 0) return new Uint8Array(0);
    this.hold();
    const buffer = koffi.view(this.#map.address + BigInt(offset), byteLength);
    views.register(buffer, this);
    return new Uint8Array(buffer);
  }

  /** Lets go of the pages in memory, after a session made its packed copies of them. What is read again comes back from the file. */
  dropPages(): void {
    this.assertUsable();
    this.#map.dropPages();
  }

  /** The same as `release`. */
  close(): void {
    this.release();
  }

  protected override get start(): bigint {
    return this.#map.address;
  }

  protected override get place(): string {
    return this.path;
  }

  protected override free(): void {
    this.#map.unmap();
  }

  protected override describe(): string {
    return `mapped file ${this.path}`;
  }
}
