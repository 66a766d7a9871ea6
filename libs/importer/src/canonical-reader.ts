import { createHash } from 'node:crypto';
import { chunkBuffers, readChunks } from '@janus-mesh/bundle';
import { ModelError } from '@janus-mesh/models';
import { bytesOf, dtypeBytes, elementCount, widenToF32 } from '@janus-mesh/tensor';
import type { LocatedTensor } from './checkpoint/located-tensor.ts';

/** Halves are read this much at a time, and widened to twice that. */
const CHUNK_BYTES = 4 * 2 ** 20;

/** Reads canonical tensors as f32, and on the way takes the sum of each tensor's f32 bytes: what a revision is made of. */
export class CanonicalReader {
  readonly #tensors: ReadonlyMap<string, LocatedTensor>;
  readonly #onBytes: (f32Bytes: number, name: string) => void;
  readonly #sums = new Map<string, string>();
  #buffers = chunkBuffers(CHUNK_BYTES);
  #widened = widenedBuffers(CHUNK_BYTES);
  /** Which of them is filled next; it goes on from tensor to tensor, as the last chunk of one may still be in use. */
  #turn = 0;

  /** @param onBytes told the f32 bytes read since the last time */
  constructor(tensors: ReadonlyMap<string, LocatedTensor>, onBytes: (f32Bytes: number, name: string) => void) {
    this.#tensors = tensors;
    this.#onBytes = onBytes;
  }

  /**
   * Reads a tensor from its start to its end in chunks of whole rows (of its first dim). A chunk is valid until the one after the next is
   * asked for, so that it can be written meanwhile.
   *
   * @throws {RangeError} if there is no such tensor
   * @throws {ModelError} corrupt_checkpoint if the file got shorter meanwhile
   */
  async *chunks(name: string): AsyncGenerator<Float32Array> {
    const tensor = this.#tensor(name);
    const width = dtypeBytes(tensor.dtype);
    const buffers = this.#buffersFor(elementCount(tensor.dims.slice(1)) * width);
    const hash = createHash('sha256');
    try {
      for await (const bytes of readChunks(tensor.file, tensor, buffers)) {
        const values = (this.#widened[this.#turn] as Float32Array).subarray(0, bytes.byteLength / width);
        this.#turn ^= 1;
        widenToF32(tensor.dtype, bytes, values);
        hash.update(bytesOf(values));
        this.#onBytes(values.byteLength, name);
        yield values;
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new ModelError('corrupt_checkpoint', `${tensor.fileName}: tensor ${name} can't be read: ${error.message}`, { cause: error });
    }
    this.#sums.set(name, hash.digest('hex'));
  }

  /** The sha256 of a tensor's f32 bytes; reads it if that was not done before. */
  async sum(name: string): Promise<string> {
    if (!this.#sums.has(name)) for await (const _ of this.chunks(name));
    return this.#sums.get(name) as string;
  }

  /** Elements of a row: of all dims but the first. */
  rowLength(name: string): number {
    return elementCount(this.#tensor(name).dims.slice(1));
  }

  /** Rows: the first dim. */
  rows(name: string): number {
    return this.#tensor(name).dims[0] ?? 1;
  }

  #tensor(name: string): LocatedTensor {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new RangeError(`the checkpoint was not asked for a tensor ${name}`);
    return tensor;
  }

  /** Buffers cut to whole rows; a row longer than they are makes them longer. */
  #buffersFor(rowBytes: number): [Uint8Array, Uint8Array] {
    if (rowBytes > this.#buffers[0].byteLength) {
      this.#buffers = chunkBuffers(rowBytes);
      this.#widened = widenedBuffers(rowBytes);
    }
    const bytes = Math.floor(this.#buffers[0].byteLength / rowBytes) * rowBytes;
    return [this.#buffers[0].subarray(0, bytes), this.#buffers[1].subarray(0, bytes)];
  }
}

// Halves take twice their bytes as f32.
function widenedBuffers(bytes: number): readonly [Float32Array, Float32Array] {
  return [new Float32Array(bytes / 2), new Float32Array(bytes / 2)];
}
