import type { AlignedFeatures } from '../engine/model-runner.ts';

/** A picture's features in the language model's space, ready to be copied row by row. */
export class AlignedRows implements AlignedFeatures {
  /** Rows it has. */
  readonly rows: number;
  /** Memory its values take. */
  readonly bytes: number;
  readonly #values: Float32Array;
  readonly #width: number;

  /** @throws {RangeError} if the values are no whole rows */
  constructor(values: Float32Array, width: number) {
    if (values.length % width !== 0) throw new RangeError(`aligned features: ${values.length} values are no whole rows of ${width}`);
    this.#values = values;
    this.#width = width;
    this.rows = values.length / width;
    this.bytes = values.byteLength;
  }

  /**
   * Copies a row to a row of another table of the same width. Makes no view: it runs once a token.
   *
   * @throws {RangeError} if there is no such row
   */
  copyRow(row: number, target: Float32Array, targetRow: number): void {
    if (!Number.isInteger(row) || row < 0 || row >= this.rows)
      throw new RangeError(`aligned features have ${this.rows} rows, none at ${row}`);
    const [from, to, values] = [row * this.#width, targetRow * this.#width, this.#values];
    for (let i = 0; i < this.#width; i++) target[to + i] = values[from + i] as number;
  }
}
