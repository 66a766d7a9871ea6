import { type DType, dtypeBytes, elementCount } from '@janus-mesh/tensor';
import { ELEMENT_TYPE, type ElementArray, elementArray } from './element-type.ts';
import { MappedFile } from './mapped-file.ts';
import type { Native } from './native.ts';
import { NativeObject } from './native-object.ts';
import { RuntimeError } from './runtime-error.ts';
import { create } from './status.ts';

/** Memory that is no typed array of ours. */
export interface ForeignMemory {
  readonly address: bigint;
  /** Kept from being collected, and if it is a MappedFile from being unmapped, while the value lives. */
  readonly keepAlive: object;
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
  readonly #memory: ElementArray<D> | ForeignMemory; // an OrtValue keeps nothing alive by itself

  /** Made by `Runtime.tensor` and `Runtime.tensorAt`. */
  constructor(native: Native, dtype: D, dims: readonly number[], memory: ElementArray<D> | ForeignMemory) {
    super();
    this.dtype = dtype;
    this.dims = dims;
    this.#native = native;
    this.#memory = memory;
    const bytes = checkedBytes(dtype, dims, memory);
    this.#pointer = create(
      native.api,
      native.api.createTensorWithData,
      native.mainMemory,
      ArrayBuffer.isView(memory) ? memory : memory.address,
      bytes,
      BigInt64Array.from(dims, BigInt),
      dims.length,
      ELEMENT_TYPE[dtype]
    );
    if (!ArrayBuffer.isView(memory) && memory.keepAlive instanceof MappedFile) memory.keepAlive.hold();
  }

  /**
   * The elements, row by row; the very memory ONNX Runtime uses.
   *
   * @throws {RuntimeError} ARGUMENT if the value lies over memory given by address, RELEASED
   */
  get data(): ElementArray<D> {
    this.assertUsable();
    if (!ArrayBuffer.isView(this.#memory)) {
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
    if (!ArrayBuffer.isView(this.#memory) && this.#memory.keepAlive instanceof MappedFile) this.#memory.keepAlive.drop();
  }

  protected override describe(): string {
    return `value ${this.dtype} [${this.dims}]`;
  }
}

function checkedBytes<D extends DType>(dtype: D, dims: readonly number[], memory: ElementArray<D> | ForeignMemory): number {
  const what = `tensor ${dtype} [${dims}]`;
  for (const dim of dims) {
    if (!Number.isSafeInteger(dim) || dim < 0) throw new RuntimeError('ARGUMENT', `${what}: a dim must be a whole number from 0`);
  }
  const count = elementCount(dims);
  const bytes = count * dtypeBytes(dtype);
  if (ArrayBuffer.isView(memory)) {
    if (!(memory instanceof elementArray(dtype))) {
      throw new RuntimeError('ARGUMENT', `${what} wants a ${elementArray(dtype).name}, not a ${(memory as object).constructor.name}`);
    }
    if (memory.length !== count) throw new RuntimeError('ARGUMENT', `${what} has ${count} elements, the array ${memory.length}`);
  } else if (memory.keepAlive instanceof MappedFile) {
    memory.keepAlive.assertWithin(memory.address, bytes);
  }
  return bytes;
}
