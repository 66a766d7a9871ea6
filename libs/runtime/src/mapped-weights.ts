import { bytesOf, type DType } from '@janus-mesh/tensor';
import { MappedFile } from './mapped-file.ts';
import type { Runtime } from './runtime.ts';
import { RuntimeError } from './runtime-error.ts';
import type { Value } from './value.ts';

/**
 * What is smaller is copied. Sessions read it as long as they live, and in the mapping each would keep the large ones beside it in memory:
 * Linux brings in 16 pages for one that is read.
 */
const SMALL_BYTES = 1 << 16;

/** Where a tensor lies in a weight file. */
export interface WeightExtent {
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** First byte, from the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}

/**
 * The tensors of a weight file, mapped once: all sessions made over it share the same pages, and keep them mapped.
 */
export class MappedWeights {
  readonly #runtime: Runtime;
  readonly #file: MappedFile;
  readonly #tensors: ReadonlyMap<string, WeightExtent>;
  readonly #values = new Map<string, Value>();

  /**
   * Maps the file; reads nothing yet.
   *
   * @throws {RuntimeError} FILE with the system's words
   */
  constructor(runtime: Runtime, path: string, tensors: ReadonlyMap<string, WeightExtent>) {
    this.#runtime = runtime;
    this.#tensors = tensors;
    this.#file = MappedFile.open(path);
  }

  /**
   * The named tensors as values over the mapping, each made once.
   *
   * @throws {RuntimeError} ARGUMENT if the file has no tensor of a name, or it does not lie inside the file
   */
  values(names: Iterable<string>): ReadonlyMap<string, Value> {
    return new Map(Array.from(names, (name) => [name, this.#value(name)]));
  }

  /**
   * The bytes of a tensor, read straight from the mapping. Ask once and keep the view.
   *
   * @throws {RuntimeError} ARGUMENT, as `values`
   */
  bytes(name: string): Uint8Array {
    const { offset, bytes } = this.#extent(name);
    return this.#file.view(offset, bytes);
  }

  /** Lets go of the pages read so far, after a session made packed copies of them. What is read again comes back from disk. */
  dropPages(): void {
    this.#file.dropPages();
  }

  /** Gives the mapping back. Sessions and views made before stay good. */
  release(): void {
    for (const value of this.#values.values()) value.release();
    this.#values.clear();
    this.#file.close();
  }

  #value(name: string): Value {
    const made = this.#values.get(name);
    if (made) return made;
    const { dtype, dims, offset, bytes } = this.#extent(name);
    const value = bytes < SMALL_BYTES ? this.#copied(name) : this.#runtime.tensorAt(dtype, dims, this.#file.address(offset), this.#file);
    this.#values.set(name, value);
    return value;
  }

  #copied(name: string): Value {
    const { dtype, dims } = this.#extent(name);
    const value = this.#runtime.tensor(dtype, dims);
    bytesOf(value.data).set(this.bytes(name));
    return value;
  }

  #extent(name: string): WeightExtent {
    const extent = this.#tensors.get(name);
    if (!extent) throw new RuntimeError('ARGUMENT', `${this.#file.path} has no tensor ${name} among its ${this.#tensors.size}`);
    return extent;
  }
}
