import { koffi } from './ffi.ts';
import { allocateMemory, moveBytes, type Pages } from './memory-map.ts';
import { NativeObject } from './native-object.ts';
import { RuntimeError } from './runtime-error.ts';

/**
 * Memory from the system, filled with zeros: it costs nothing before it is written, and is the system's again the moment it was
 * released and no value over it lives, where an array's would wait for the garbage collector and then stay with the C library. Where
 * that is not available (Windows) it is an array after all.
 */
export class SystemMemory extends NativeObject {
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

  /** Where a byte lies. @throws {RuntimeError} ARGUMENT if it is not inside the memory, RELEASED */
  address(offset: number): bigint {
    this.#assertRange(offset, 0);
    return this.#pages.address + BigInt(offset);
  }

  /** @throws {RuntimeError} ARGUMENT if a range of addresses is not inside the memory, RELEASED */
  assertWithin(address: bigint, byteLength: number): void {
    this.#assertRange(Number(address - this.#pages.address), byteLength);
  }

  /**
   * Copies a range of another memory, or of this one.
   *
   * @param offset first byte here
   * @throws {RuntimeError} ARGUMENT if a range is not inside its memory, RELEASED
   */
  copy(from: SystemMemory, fromOffset: number, offset: number, byteLength: number): void {
    from.#assertRange(fromOffset, byteLength);
    this.#assertRange(offset, byteLength);
    if (from.#array && this.#array) this.#array.set(from.#array.subarray(fromOffset, fromOffset + byteLength), offset);
    else moveBytes(from.address(fromOffset), this.address(offset), byteLength);
  }

  /**
   * An array over a range, used in place: for a look at what is there, as making one takes time and makes the garbage collector work. It
   * must not be touched any more once the memory is released, unless a value over it still lives: that ends the process.
   *
   * @throws {RuntimeError} ARGUMENT if the range is not inside the memory, RELEASED
   */
  array(offset: number, byteLength: number): Uint8Array<ArrayBuffer> {
    this.#assertRange(offset, byteLength);
    if (this.#array) return new Uint8Array(this.#array.buffer as ArrayBuffer, offset, byteLength);
    return new Uint8Array(koffi.view(this.address(offset), byteLength));
  }

  #assertRange(offset: number, byteLength: number): void {
    this.assertUsable();
    if (!(offset >= 0 && byteLength >= 0 && offset + byteLength <= this.byteLength))
      throw new RuntimeError('ARGUMENT', `bytes ${offset} to ${offset + byteLength} are not inside memory of ${this.byteLength} bytes`);
  }

  protected override free(): void {
    this.#pages.unmap();
  }

  protected override describe(): string {
    return `memory of ${this.byteLength} bytes`;
  }
}
