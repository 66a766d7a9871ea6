import type { WeightsFile } from '@janus-mesh/bundle';
import type { BundleTensor } from '@janus-mesh/networks';
import { bytesOf, elementCount } from '@janus-mesh/tensor';
import type { CanonicalReader } from './canonical-reader.ts';
import { rowsToColumns } from './transpose.ts';

const WRITE_BYTES = 8 * 2 ** 20;

/** Writes a bundle's tensors from the checkpoint's, one at a time: memory holds at most one transposed tensor. */
export class TensorWriter {
  readonly #reader: CanonicalReader;
  readonly #weights: WeightsFile;
  /** Reused for all transposed tensors; untouched pages of it cost nothing. */
  #matrix: Uint32Array;

  /** @param tensors all that will be written: the largest transposed one sets the memory taken */
  constructor(reader: CanonicalReader, weights: WeightsFile, tensors: readonly BundleTensor[]) {
    this.#reader = reader;
    this.#weights = weights;
    const sizes = tensors.filter(({ source }) => source.kind === 'columns').map(({ dims }) => elementCount(dims));
    this.#matrix = new Uint32Array(Math.max(0, ...sizes));
  }

  /** Reads, lays out and writes one tensor. @throws {RangeError} if its sources have not as many elements as it takes, or it is computed */
  async write(tensor: BundleTensor): Promise<void> {
    const { name, source } = tensor;
    if (source.kind === 'computed') throw new RangeError(`tensor ${name} is computed, not read`);
    if (source.kind === 'columns') await this.#writeColumns(tensor, source.from);
    else await this.#writeInOrder(name, source.kind === 'copy' ? [source.from] : source.from);
  }

  async #writeInOrder(name: string, sources: readonly string[]): Promise<void> {
    const queue = new WriteQueue(this.#weights, name);
    for (const source of sources) for await (const chunk of this.#reader.chunks(source)) await queue.push(bytesOf(chunk));
    await queue.finish();
  }

  async #writeColumns({ name, dims }: BundleTensor, sources: readonly string[]): Promise<void> {
    const [length = 0, width = 0] = dims;
    const elements = this.#matrix.subarray(0, length * width);
    let firstColumn = 0;
    for (const source of sources) {
      if (this.#reader.rowLength(source) !== length || firstColumn + this.#reader.rows(source) > width)
        throw new RangeError(`tensor ${name} [${dims.join(', ')}] can't have the rows of ${source} as columns`);
      for await (const chunk of this.#reader.chunks(source)) {
        rowsToColumns(new Uint32Array(chunk.buffer, chunk.byteOffset, chunk.length), length, { elements, width, firstColumn });
        firstColumn += chunk.length / length;
      }
    }
    const bytes = bytesOf(elements);
    const queue = new WriteQueue(this.#weights, name);
    for (let at = 0; at < bytes.byteLength; at += WRITE_BYTES) await queue.push(bytes.subarray(at, at + WRITE_BYTES));
    await queue.finish();
  }
}

/** Writes the parts of a tensor in order, one while the next is made. */
class WriteQueue {
  readonly #weights: WeightsFile;
  readonly #name: string;
  #pending: Promise<void> = Promise.resolve();
  #at = 0;

  constructor(weights: WeightsFile, name: string) {
    this.#weights = weights;
    this.#name = name;
  }

  /** Starts to write a part; returns once the one before is written. */
  async push(bytes: Uint8Array): Promise<void> {
    const before = this.#pending;
    this.#pending = this.#weights.write(this.#name, this.#at, bytes);
    this.#pending.catch(() => undefined); // it is awaited with the next part
    this.#at += bytes.byteLength;
    await before;
  }

  async finish(): Promise<void> {
    await this.#pending;
  }
}
