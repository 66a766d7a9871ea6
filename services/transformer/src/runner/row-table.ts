/** A table of f32 rows, all of one width: embeddings in the mapped weight file, or a picture's aligned features. */
export class RowTable {
  /** Rows it has. */
  readonly rows: number;
  /** Memory its values take. */
  readonly bytes: number;
  readonly #name: string;
  readonly #values: Float32Array;
  readonly #width: number;

  /** @throws {RangeError} if the values are no whole rows */
  constructor(name: string, values: Float32Array, width: number) {
    if (values.length % width !== 0) throw new RangeError(`${name}: ${values.length} values are no whole rows of ${width}`);
    this.#name = name;
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
    if (!Number.isInteger(row) || row < 0 || row >= this.rows) throw new RangeError(`${this.#name} has ${this.rows} rows, none at ${row}`);
    const from = row * this.#width;
    const to = targetRow * this.#width;
    for (let i = 0; i < this.#width; i++) target[to + i] = this.#values[from + i] as number;
  }
}
