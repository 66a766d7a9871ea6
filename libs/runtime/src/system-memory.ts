import { koffi } from './ffi.ts';
import { allocateMemory } from './memory-map.ts';
import { NativeObject } from './native-object.ts';
import { RuntimeError } from './runtime-error.ts';

/**
 * Memory from the system, filled with zeros: it costs nothing before it is written, and is the system's again the moment it was
 * released and no value over it lives, where an array's would wait for the garbage collector and then stay with the C library. Where
 * that is not available (Windows) it is an array after all.
 */
export class SystemMemory extends NativeObject {
  readonly byteLength: number;
  readonly #view: (offset: number, byteLength: number) => ArrayBufferView<ArrayBuffer>;
  readonly #free: () => void;

  /**
   * @param map how pages are got from the system; undefined where they are not
   * @throws {RuntimeError} MEMORY if there is no more, ARGUMENT if the length is no whole number from 1
   */
  constructor(byteLength: number, map = allocateMemory) {
    super();
    if (!Number.isSafeInteger(byteLength) || byteLength < 1)
      throw new RuntimeError('ARGUMENT', `memory of ${byteLength} bytes: it must be a whole number from 1`);
    this.byteLength = byteLength;
    const pages = allocated(byteLength, () => map(byteLength));
    if (pages) {
      this.#view = (offset, length) => new Uint8Array(koffi.view(pages.address + BigInt(offset), length));
      this.#free = pages.unmap;
    } else {
      const bytes = allocated(byteLength, () => new ArrayBuffer(byteLength));
      this.#view = (offset, length) => new Uint8Array(bytes, offset, length);
      this.#free = () => {};
    }
  }

  /**
   * An array over a range, used in place. It must not be touched any more once the memory is released, unless a value that was made
   * with the memory as its owner still lives: that ends the process.
   *
   * @throws {RuntimeError} ARGUMENT if the range is not inside the memory, RELEASED
   */
  array<D extends 'f32' | 'i8'>(dtype: D, offset: number, elements: number): D extends 'f32' ? Float32Array : Int8Array;
  array(dtype: 'f32' | 'i8', offset: number, elements: number): Float32Array | Int8Array {
    this.assertUsable();
    const bytes = elements * (dtype === 'f32' ? 4 : 1);
    if (!(offset >= 0 && elements > 0 && offset + bytes <= this.byteLength))
      throw new RuntimeError('ARGUMENT', `bytes ${offset} to ${offset + bytes} are not inside memory of ${this.byteLength} bytes`);
    const { buffer, byteOffset } = this.#view(offset, bytes);
    return dtype === 'f32' ? new Float32Array(buffer, byteOffset, elements) : new Int8Array(buffer, byteOffset, elements);
  }

  protected override free(): void {
    this.#free();
  }

  protected override describe(): string {
    return `memory of ${this.byteLength} bytes`;
  }
}

function allocated<T>(byteLength: number, allocate: () => T): T {
  try {
    return allocate();
  } catch (cause) {
    throw new RuntimeError('MEMORY', `no memory of ${byteLength} bytes: ${(cause as Error).message}`, { cause });
  }
}
