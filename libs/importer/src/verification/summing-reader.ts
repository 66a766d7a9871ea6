import { createHash, type Hash } from 'node:crypto';
import { bytesOf } from '@janus-mesh/tensor';
import type { TensorReader } from '../tensor-reader.ts';

/** A tensor of which the first rows were read. */
interface Begun {
  readonly hash: Hash;
  /** The row that is to come. */
  next: number;
}

/**
 * A reader that takes the sums of tensors from the rows it is asked for, so that what is read anyway is not read again for its sum. A
 * tensor whose rows did not all come, in order, is read for it.
 */
export class SummingReader implements TensorReader {
  readonly #reader: TensorReader;
  readonly #begun = new Map<string, Begun>();
  readonly #sums = new Map<string, string>();

  constructor(reader: TensorReader) {
    this.#reader = reader;
  }

  chunks(name: string): AsyncGenerator<Float32Array> {
    return this.#reader.chunks(name);
  }

  storedChunks(name: string): AsyncGenerator<Uint8Array> {
    return this.#reader.storedChunks(name);
  }

  async rows(name: string, out?: Float32Array, first = 0): Promise<Float32Array> {
    const values = await this.#reader.rows(name, out, first);
    this.#add(name, values, first);
    return values;
  }

  async sum(name: string): Promise<string> {
    return this.#sums.get(name) ?? (await this.#reader.sum(name));
  }

  rowLength(name: string): number {
    return this.#reader.rowLength(name);
  }

  rowCount(name: string): number {
    return this.#reader.rowCount(name);
  }

  dims(name: string): readonly number[] {
    return this.#reader.dims(name);
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }

  #add(name: string, values: Float32Array, first: number): void {
    if (this.#sums.has(name)) return;
    const begun = this.#begun.get(name) ?? { hash: createHash('sha256'), next: 0 };
    if (first !== begun.next) return;
    this.#begun.set(name, begun);
    begun.hash.update(bytesOf(values));
    begun.next += values.length / this.rowLength(name);
    if (begun.next < this.rowCount(name)) return;
    this.#begun.delete(name);
    this.#sums.set(name, begun.hash.digest('hex'));
  }
}
