/** Gives a model's canonical tensors as f32. One tensor at a time. */
export interface TensorReader {
  /**
   * A tensor from its start to its end in chunks of whole rows (of its first dim). A chunk is valid until the one after the next is asked
   * for, so that it can be written meanwhile.
   */
  chunks(name: string): AsyncGenerator<Float32Array>;
  /** As `chunks`, but the elements' bytes as they are stored; a chunk is valid until the next is asked for. */
  storedChunks(name: string): AsyncGenerator<Uint8Array>;
  /**
   * Some rows (of the first dim) of a tensor.
   *
   * @param out f32 of whole rows in shared memory, filled; default: all rows
   * @param first of the rows
   * @returns out
   */
  rows(name: string, out?: Float32Array, first?: number): Promise<Float32Array>;
  /** The sum that stands for a tensor's contents in a revision: 64 hexadecimal digits. */
  sum(name: string): Promise<string>;
  /** Elements of a row: of all dims but the first. */
  rowLength(name: string): number;
  /** Rows: the first dim. */
  rowCount(name: string): number;
  dims(name: string): readonly number[];
  close(): Promise<void>;
}

/** Told how far reading is: f32 bytes since the last time. */
export type BytesListener = (f32Bytes: number, tensor: string) => void;
