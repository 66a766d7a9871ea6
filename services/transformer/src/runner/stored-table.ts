import { closeSync, openSync, readSync } from 'node:fs';
import type { WeightExtent } from '@janus-mesh/runtime';
import { bf16ToF32, type DType, dtypeBytes, f16ToF32 } from '@janus-mesh/tensor';

/**
 * A table of embeddings that stays in the weight file: each row is read when a token asks for it, from the system's page cache as a
 * rule, in microseconds. Mapped, a big vocabulary's table would grow the process page by page as tokens turn up.
 */
export class StoredTable {
  readonly #name: string;
  #fd: number | undefined; // until it is released
  readonly #offset: number;
  readonly #rows: number;
  /** One row as it is stored. */
  readonly #row: Float32Array | Uint16Array;
  /** The f32 value of each pattern of 16 bits, where the values are halves. */
  readonly #widened: Float32Array | undefined;

  /**
   * Opens a table of the weight file.
   *
   * @param extent dims [rows, width]
   * @throws {RangeError} if it is no table of f32, f16 or bf16 rows
   * @throws {Error} of the system, if the file cannot be opened
   */
  constructor(path: string, name: string, { dtype, dims, offset, bytes }: WeightExtent) {
    const [rows = 0, width = 0] = dims;
    if (dims.length !== 2 || rows * width * dtypeBytes(dtype) !== bytes)
      throw new RangeError(`${name}: ${bytes} bytes are no table of ${dtype} [${dims}]`);
    this.#name = name;
    this.#offset = offset;
    this.#rows = rows;
    this.#widened = widening(name, dtype);
    this.#row = this.#widened ? new Uint16Array(width) : new Float32Array(width);
    this.#fd = openSync(path, 'r');
  }

  /**
   * Copies a row to a row of a table of the same width, as f32.
   *
   * @throws {RangeError} if there is no such row
   * @throws {Error} if it cannot be read, or was released
   */
  copyRow(row: number, target: Float32Array, targetRow: number): void {
    if (!Number.isInteger(row) || row < 0 || row >= this.#rows)
      throw new RangeError(`${this.#name} has ${this.#rows} rows, none at ${row}`);
    if (this.#fd === undefined) throw new Error(`${this.#name} was used after it was released`);
    const stored = this.#row;
    const position = this.#offset + row * stored.byteLength;
    const read = readSync(this.#fd, stored, 0, stored.byteLength, position);
    if (read < stored.byteLength) throw new Error(`${this.#name}: the weight file ends within row ${row}, at byte ${position + read}`);
    const to = targetRow * stored.length;
    const widened = this.#widened;
    if (!widened) target.set(stored, to);
    else for (let i = 0; i < stored.length; i++) target[to + i] = widened[stored[i] as number] as number;
  }

  /** Closes the file. Calling it again does nothing: its number may be another file's by then. */
  release(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }
}

function widening(name: string, dtype: DType): Float32Array | undefined {
  if (dtype === 'f32') return undefined;
  if (dtype !== 'f16' && dtype !== 'bf16') throw new RangeError(`${name} is ${dtype}: a table of rows is f32, f16 or bf16`);
  const toF32 = dtype === 'f16' ? f16ToF32 : bf16ToF32;
  return Float32Array.from({ length: 0x1_0000 }, (_, bits) => toF32(bits));
}
