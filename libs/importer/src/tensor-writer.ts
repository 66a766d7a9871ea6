import type { WeightsFile } from '@janus-mesh/bundle';
import { type BundleTensor, blockLength, scalesOf } from '@janus-mesh/networks';
import { bytesOf, quantizeBlocks4 } from '@janus-mesh/tensor';
import { MatrixMemory } from './matrix-memory.ts';
import { type MatrixSize, matrixRows } from './matrix-rows.ts';
import { quantizeToColumns } from './quantize-columns.ts';
import type { TensorReader } from './tensor-reader.ts';
import { rowsToColumns } from './transpose.ts';
import { WriteQueue } from './write-queue.ts';
import { transposedBytes } from './writing-order.ts';

/** Matrices are written in parts of this size; two are under way at a time, so that the file waits for nobody. */
const PART_BYTES = 16 * 2 ** 20;

/** Writes a bundle's tensors from the checkpoint's, one at a time: transposed ones take no more memory than the largest. */
export class TensorWriter {
  readonly #reader: TensorReader;
  readonly #weights: WeightsFile;
  readonly #matrices: MatrixMemory;
  /** The last two parts of matrices. */
  #written: readonly [Promise<void>, Promise<void>] = [Promise.resolve(), Promise.resolve()];

  /** @param tensors all that will be written: the largest transposed one sets the memory taken */
  constructor(reader: TensorReader, weights: WeightsFile, tensors: readonly BundleTensor[]) {
    this.#reader = reader;
    this.#weights = weights;
    this.#matrices = new MatrixMemory(Math.max(0, ...tensors.map(transposedBytes)));
  }

  /**
   * Reads, lays out, quantises and writes one tensor, which may be on its way to the file until `finish`; the scales of a quantised matrix
   * are written with its values.
   *
   * @throws {RangeError} if its sources have not as many elements as it takes, or it is not made of the checkpoint's tensors alone
   */
  async write(tensor: BundleTensor): Promise<void> {
    const { name, source, quantized } = tensor;
    switch (source.kind) {
      case 'copy':
      case 'concat':
        return await this.#writeInOrder(tensor, source.kind === 'copy' ? [source.from] : source.from);
      case 'columns':
      case 'kernel_columns':
      case 'upsample_columns':
        if (!quantized) return await this.#writeColumns(tensor);
        if (quantized.part === 'values') await (quantized.form === 'w8a8' ? this.#writeBytes(tensor) : this.#writeBlocks(tensor));
        return;
      default:
        throw new RangeError(`tensor ${name} is ${source.kind}, not read`);
    }
  }

  /** Waits until all is in the file. */
  async finish(): Promise<void> {
    await this.#matrices.finish();
  }

  async #writeInOrder({ name, dtype }: BundleTensor, sources: readonly string[]): Promise<void> {
    const queue = new WriteQueue(this.#weights, name);
    for (const source of sources) {
      if (dtype === 'f32') for await (const chunk of this.#reader.chunks(source)) await queue.push(bytesOf(chunk));
      else {
        for await (const chunk of this.#reader.storedChunks(source)) {
          await queue.push(chunk);
          await queue.finish(); // the chunk's memory is read into again at once
        }
      }
    }
    await queue.finish();
  }

  async #writeColumns(tensor: BundleTensor): Promise<void> {
    const [k = 0, n = 0] = tensor.dims;
    const bytes = await this.#matrices.take(k * n * 4);
    const elements = new Uint32Array(bytes.buffer, bytes.byteOffset, k * n);
    let firstColumn = 0;
    for await (const rows of matrixRows(this.#reader, tensor, [k, n])) {
      rowsToColumns(new Uint32Array(rows.buffer, rows.byteOffset, rows.length), k, { elements, width: n, firstColumn });
      firstColumn += rows.length / k;
    }
    this.#writeWhole(tensor.name, bytes);
  }

  // int8: quantised by rows of the checkpoint, stored as columns.
  async #writeBytes(tensor: BundleTensor): Promise<void> {
    const [k = 0, n = 0] = tensor.dims;
    const elements = await this.#matrices.take(k * n);
    const scales = new Float32Array(n);
    let firstColumn = 0;
    for await (const rows of matrixRows(this.#reader, tensor, [k, n])) {
      const count = rows.length / k;
      quantizeToColumns(rows, k, { elements, width: n, firstColumn }, scales.subarray(firstColumn, firstColumn + count));
      firstColumn += count;
    }
    this.#writeWhole(tensor.name, elements);
    await this.#weights.write(scalesOf(tensor.name), 0, bytesOf(scales));
  }

  // 4 bits: stored by rows, as they come.
  async #writeBlocks(tensor: BundleTensor): Promise<void> {
    const [n = 0, blocks = 0] = tensor.dims;
    const length = blockLength(tensor.dims);
    const size: MatrixSize = [blocks * length, n];
    const values = new WriteQueue(this.#weights, tensor.name);
    const scales = new WriteQueue(this.#weights, scalesOf(tensor.name));
    for await (const rows of matrixRows(this.#reader, tensor, size)) {
      const out = { packed: new Uint8Array(rows.length / 2), scales: new Float32Array(rows.length / length) };
      quantizeBlocks4(rows, length, out);
      await values.push(out.packed);
      await scales.push(bytesOf(out.scales));
    }
    await values.finish();
    await scales.finish();
  }

  // Goes on while the next matrix is made.
  #writeWhole(name: string, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength; at += PART_BYTES) {
      const part = bytes.subarray(at, at + PART_BYTES);
      const [beforeLast, last] = this.#written;
      const written = beforeLast.then(() => this.#weights.write(name, at, part));
      this.#written = [last, written];
      this.#matrices.keepFor(part, written);
    }
  }
}
