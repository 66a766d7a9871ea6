import { AddressedMemory } from './addressed-memory.ts';
import { koffi } from './ffi.ts';
import { allocateMemory, moveBytes, type Pages } from './memory-map.ts';
import { RuntimeError } from './runtime-error.ts';

/**
 * Memory from the system, filled with zeros: it costs nothing before it is written, and is the system's again the moment it was
 * released and no value over it lives, where an array's would wait for the garbage collector and then stay with the C library. Where
 * that is not available (Windows) it is an array after all.
 */
export class SystemMemory extends AddressedMemory {
  readonly byteLength: number;
  readonly #pages: Pages;
  readonly #array: Uint8Array | undefined;

  /**
   * @param map how pages are got from the system; undefined where they are not
   * @throws {RuntimeError} MEMORY if there is no more, ARGUMENT if the length is no whole number from 1
   */
  constructor(byteLength: number, map = allocateMemory) {
    super();
    if (!Number.isSafeInteger(byteLength) || byteLength < 1)
      throw new RuntimeError('ARGUMENT', `memory of ${byteLength} bytes: it must be a whole number from 1`);
    this.byteLength = byteLength;
    try {
      const pages = map(byteLength);
      this.#array = pages ? undefined : new Uint8Array(byteLength);
      this.#pages = pages ?? { address: koffi.address(this.#array as Uint8Array), unmap: () => {} };
    } catch (cause) {
      throw new RuntimeError('MEMORY', `no memory of ${byteLength} bytes: ${(cause as Error).message}`, { cause });
    }
  }

  /**
   * Copies a range of another memory, or of this one.
   *
   * @param offset first byte here
   * @throws {RuntimeError} ARGUMENT if a range is not inside its memory, RELEASED
   */
  copy(from: SystemMemory, fromOffset: number, offset: number, byteLength: number): void {
    from.assertRange(fromOffset, byteLength);
    this.assertRange(offset, byteLength);
    if (from.#array && this.#array) this.#array.set(from.#array.subarray(fromOffset, fromOffset + byteLength), offset);
    else moveBytes(from.address(fromOffset), this.address(offset), byteLength);
  }

  protected override get start(): bigint {
    return this.#pages.address;
  }

  protected override get place(): string {
    return 'memory';
  }

  protected override free(): void {
    this.#pages.unmap();
  }

  protected override describe(): string {
    return `${this.place} of ${this.byteLength} bytes`;
  }
}
