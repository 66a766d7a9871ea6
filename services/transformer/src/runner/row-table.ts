import { bf16ToF32, type DType, f16ToF32, f32View } from '@janus-mesh/tensor';

/** A table of rows, all of one width: embeddings in the mapped weight file, or a picture's aligned features. */
export class RowTable {
  /** Rows it has. */
  readonly rows: number;
  /** Memory its values take. */
  readonly bytes: number;
  readonly #name: string;
  readonly #values: Float32Array | Uint16Array;
  readonly #width: number;
  /** The f32 value of each pattern of 16 bits, where the values are halves. */
  readonly #widened: Float32Array | undefined;

  /**
   * A table over stored bytes, used where they lie.
   *
   * @throws {RangeError} if they are neither f32 nor f16 nor bf16, or no whole rows
   */
  static over(name: string, { dtype, bytes }: { readonly dtype: DType; readonly bytes: Uint8Array }, width: number): RowTable {
    if (dtype === 'f32') return new RowTable(name, f32View(bytes), width);
    if (dtype !== 'f16' && dtype !== 'bf16') throw new RangeError(`${name} is ${dtype}: a table of rows is f32, f16 or bf16`);
    const toF32 = dtype === 'f16' ? f16ToF32 : bf16ToF32;
    const widened = Float32Array.from({ length: 0x1_0000 }, (_, bits) => toF32(bits));
    return new RowTable(name, new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2), width, widened);
  }

  /** @throws {RangeError} if the values are no whole rows */
  constructor(name: string, values: Float32Array, width: number);
  constructor(name: string, halves: Uint16Array, width: number, widened: Float32Array);
  constructor(name: string, values: Float32Array | Uint16Array, width: number, widened?: Float32Array) {
    if (values.length % width !== 0) throw new RangeError(`${name}: ${values.length} values are no whole rows of ${width}`);
    this.#name = name;
    this.#values = values;
    this.#width = width;
    this.#widened = widened;
    this.rows = values.length / width;
    this.bytes = values.byteLength;
  }

  /**
   * Copies a row to a row of another table of the same width, as f32. Makes no view: it runs once a token.
   *
   * @throws {RangeError} if there is no such row
   */
  copyRow(row: number, target: Float32Array, targetRow: number): void {
    if (!Number.isInteger(row) || row < 0 || row >= this.rows) throw new RangeError(`${this.#name} has ${this.rows} rows, none at ${row}`);
    const [from, to, widened, values] = [row * this.#width, targetRow * this.#width, this.#widened, this.#values];
    if (widened) for (let i = 0; i < this.#width; i++) target[to + i] = widened[values[from + i] as number] as number;
    else for (let i = 0; i < this.#width; i++) target[to + i] = values[from + i] as number;
  }
}
