import type { ElementArray, Runtime, Value } from '@janus-mesh/runtime';

/** Tensors made and kept, at most. Decoding uses a handful; prompts of all lengths would collect them without end. */
const KEPT = 256;

/** Rows of a tensor that keeps its memory from step to step: it only ever grows, and a shape seen before costs nothing. */
export class RowBuffer<D extends 'f32' | 'i64'> {
  readonly #runtime: Runtime;
  readonly #dtype: D;
  readonly #dims: (rows: number) => readonly number[];
  readonly #width: number;
  readonly #values = new Map<string, Value<D>>(); // oldest first
  #array: ElementArray<D>;

  /** @param dims dims of a tensor of so many rows; @param width elements of a row */
  constructor(runtime: Runtime, dtype: D, width: number, dims: (rows: number) => readonly number[]) {
    this.#runtime = runtime;
    this.#dtype = dtype;
    this.#width = width;
    this.#dims = dims;
    this.#array = this.#allocate(0);
  }

  /** The memory, valid until `reserve` grows it. */
  get array(): ElementArray<D> {
    return this.#array;
  }

  /** Makes room for so many rows. If it grows, what it held is lost. */
  reserve(rows: number): void {
    if (rows * this.#width <= this.#array.length) return;
    this.release();
    this.#array = this.#allocate(2 ** Math.ceil(Math.log2(rows)) * this.#width);
  }

  /** The tensor over so many rows from `first` on. */
  value(first: number, rows: number): Value<D> {
    const key = `${first}:${rows}`;
    const kept = this.#values.get(key);
    if (kept) return kept;
    if (this.#values.size === KEPT) this.#forgetOldest();
    const value = this.#runtime.tensor(this.#dtype, this.#dims(rows), this.rows(first, rows));
    this.#values.set(key, value);
    return value;
  }

  /** The elements of so many rows from `first` on, in place. */
  rows(first: number, rows: number): ElementArray<D> {
    return this.#array.subarray(first * this.#width, (first + rows) * this.#width) as ElementArray<D>;
  }

  /** Gives the tensors back; the memory goes when nothing views it any more. */
  release(): void {
    for (const value of this.#values.values()) value.release();
    this.#values.clear();
  }

  #forgetOldest(): void {
    const [key, value] = this.#values.entries().next().value as [string, Value<D>];
    value.release();
    this.#values.delete(key);
  }

  #allocate(elements: number): ElementArray<D> {
    return (this.#dtype === 'f32' ? new Float32Array(elements) : new BigInt64Array(elements)) as ElementArray<D>;
  }
}
