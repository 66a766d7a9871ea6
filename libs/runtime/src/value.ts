import { type DType, dtypeBytes, elementCount } from '@janus-mesh/tensor';
import { AddressedMemory } from './addressed-memory.ts';
import { ELEMENT_TYPE, type ElementArray, elementArray } from './element-type.ts';
import type { Native } from './native.ts';
import { NativeObject } from './native-object.ts';
import { RuntimeError } from './runtime-error.ts';
import { create } from './status.ts';

/** Where a value's elements are. */
export interface ValueMemory<D extends DType> {
  /** An array, or an address. */
  readonly at: ElementArray<D> | bigint;
  /** Kept from being collected, and if it is a native object from being freed, while the value lives. */
  readonly keepAlive?: object;
}

/**
 * A tensor where ONNX Runtime reads and writes it in place: over a typed array, or over memory mapped elsewhere. Nothing is copied. The
 * array must not be transferred or resized while the value lives.
 */
export class Value<D extends DType = DType> extends NativeObject {
  readonly dtype: D;
  readonly dims: readonly number[];
  readonly #native: Native;
  readonly #pointer: bigint;
  readonly #memory: ElementArray<D> | bigint;
  readonly #keepAlive: object | undefined; // an OrtValue keeps nothing alive by itself

  /** Made by `Runtime.tensor` and `Runtime.tensorAt`. */
  constructor(native: Native, dtype: D, dims: readonly number[], memory: ValueMemory<D>) {
    super();
    const { at, keepAlive } = memory;
    this.dtype = dtype;
    this.dims = dims;
    this.#native = native;
    this.#memory = at;
    this.#keepAlive = keepAlive;
    const bytes = checkedBytes(dtype, dims, memory);
    this.#pointer = create(
      native.api,
      native.api.createTensorWithData,
      native.mainMemory,
      at,
      bytes,
      BigInt64Array.from(dims, BigInt),
      dims.length,
      ELEMENT_TYPE[dtype]
    );
    if (keepAlive instanceof NativeObject) keepAlive.hold();
  }

  /**
   * The elements, row by row; the very memory ONNX Runtime uses.
   *
   * @throws {RuntimeError} ARGUMENT if the value lies over memory given by address, RELEASED
   */
  get data(): ElementArray<D> {
    this.assertUsable();
    if (typeof this.#memory === 'bigint') {
      throw new RuntimeError('ARGUMENT', `${this.describe()} lies over memory given by its address: it has no array`);
    }
    return this.#memory;
  }

  /** The OrtValue. For the other objects of this library. */
  get pointer(): bigint {
    return this.#pointer;
  }

  protected override free(): void {
    this.#native.api.releaseValue(this.#pointer);
    if (this.#keepAlive instanceof NativeObject) this.#keepAlive.drop();
  }

  protected override describe(): string {
    return `value ${this.dtype} [${this.dims}]`;
  }
}

function checkedBytes<D extends DType>(dtype: D, dims: readonly number[], { at, keepAlive }: ValueMemory<D>): number {
  const what = `tensor ${dtype} [${dims}]`;
  for (const dim of dims) {
    if (!Number.isSafeInteger(dim) || dim < 0) throw new RuntimeError('ARGUMENT', `${what}: a dim must be a whole number from 0`);
  }
  const count = elementCount(dims);
  const bytes = count * dtypeBytes(dtype);
  if (typeof at !== 'bigint') {
    if (!(at instanceof elementArray(dtype))) {
      throw new RuntimeError('ARGUMENT', `${what} wants a ${elementArray(dtype).name}, not a ${(at as object).constructor.name}`);
    }
    if (at.length !== count) throw new RuntimeError('ARGUMENT', `${what} has ${count} elements, the array ${at.length}`);
  } else if (keepAlive instanceof AddressedMemory) {
    keepAlive.assertWithin(at, bytes);
  }
  return bytes;
}
