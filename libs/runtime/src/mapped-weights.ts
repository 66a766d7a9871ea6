import type { DType } from '@janus-mesh/tensor';
import { MappedFile } from './mapped-file.ts';
import type { Runtime } from './runtime.ts';
import type { Value } from './value.ts';

/** Where a tensor lies in a weight file. */
export interface WeightExtent {
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** First byte, from the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}

/**
 * The tensors of a weight file, mapped once: every session made over it shares the same pages. It must outlive those
 * sessions; `release` it after them.
 */
export class MappedWeights {
  readonly #runtime: Runtime;
  readonly #file: MappedFile;
  readonly #tensors: ReadonlyMap<string, WeightExtent>;
  readonly #values = new Map<string, Value>();

  /**
   * Maps the file; reads nothing yet.
   *
   * @throws {RuntimeError} if the file can't be mapped
   */
  constructor(runtime: Runtime, path: string, tensors: ReadonlyMap<string, WeightExtent>) {
    this.#runtime = runtime;
    this.#tensors = tensors;
    this.#file = MappedFile.open(path);
  }

  /**
   * The named tensors as values over the mapping, each made once.
   *
   * @throws {RangeError} if the file has no tensor of a name, or the tensor lies outside the file
   */
  values(names: Iterable<string>): ReadonlyMap<string, Value> {
    return new Map(Array.from(names, (name) => [name, this.#value(name)]));
  }

  /**
   * The bytes of a tensor, read straight from the mapping.
   *
   * @throws {RangeError} as `values`
   */
  bytes(name: string): Uint8Array {
    const { offset, bytes } = this.#extent(name);
    return this.#file.view(offset, bytes);
  }

  /** Lets go of the pages read so far, after a session made packed copies of them. What is read again comes back from disk. */
  dropPages(): void {
    this.#file.dropPages();
  }

  /** Releases the values and the mapping. Views handed out must not be read any more. */
  release(): void {
    for (const value of this.#values.values()) value.release();
    this.#values.clear();
    this.#file.close();
  }

  #value(name: string): Value {
    const made = this.#values.get(name);
    if (made) return made;
    const { dtype, dims, offset } = this.#extent(name);
    const value = this.#runtime.tensorAt(dtype, dims, this.#file.address(offset), this.#file);
    this.#values.set(name, value);
    return value;
  }

  #extent(name: string): WeightExtent {
    const extent = this.#tensors.get(name);
    if (!extent) throw new RangeError(`no tensor ${name} among the ${this.#tensors.size} of the weight file`);
    const end = extent.offset + extent.bytes;
    if (end > this.#file.byteLength)
      throw new RangeError(`tensor ${name} ends at byte ${end} of a weight file of ${this.#file.byteLength} bytes`);
    return extent;
  }
}
