import { ModelError } from '@janus-mesh/models';
import { dtypeBytes, elementCount } from '@janus-mesh/tensor';
import type { LocatedTensor } from './checkpoint/located-tensor.ts';
import { ReadingThread } from './reading-thread.ts';
import { sharedFloats } from './shared-floats.ts';
import type { BytesListener, TensorReader } from './tensor-reader.ts';

/** Halves are read this much at a time, and widened to twice that. */
const CHUNK_BYTES = 4 * 2 ** 20;
/** One is read into, one is worked on, and what was made of the one before may still be written from it. */
const BUFFERS = 3;
/** Rows of a chunk are a multiple of this where there are more: as columns they fill whole words, and tiles. */
const ROW_GROUP = 16;

/** A stretch of a tensor, in both forms. */
interface Chunk {
  /** As f32. */
  readonly values: Float32Array;
  /** As it is stored. */
  readonly stored: Uint8Array;
}

/** Reads canonical tensors as f32, and on the way takes the sum of each tensor's f32 bytes: what a revision is made of. */
export class CanonicalReader implements TensorReader {
  readonly #tensors: ReadonlyMap<string, LocatedTensor>;
  readonly #onBytes: BytesListener;
  readonly #sums = new Map<string, Promise<string>>();
  readonly #thread = new ReadingThread();
  #chunks = sharedChunks(CHUNK_BYTES);
  /** Which of them is filled next; it goes on from tensor to tensor, as the last chunk of one may still be in use. */
  #turn = 0;

  constructor(tensors: ReadonlyMap<string, LocatedTensor>, onBytes: BytesListener) {
    this.#tensors = tensors;
    this.#onBytes = onBytes;
  }

  /**
   * Reads a tensor from its start to its end in chunks of whole rows (of its first dim). A chunk is valid until the one after the next is
   * asked for, so that it can be written meanwhile. One tensor at a time.
   *
   * @throws {RangeError} if there is no such tensor
   * @throws {ModelError} corrupt_checkpoint if the file got shorter meanwhile, or an element is not finite
   */
  async *chunks(name: string): AsyncGenerator<Float32Array> {
    for await (const { values } of this.#read(name)) yield values;
  }

  /** As `chunks`, but the elements' bytes as they are stored. */
  async *storedChunks(name: string): AsyncGenerator<Uint8Array> {
    for await (const { stored } of this.#read(name)) yield stored;
  }

  /**
   * Reads rows (of the first dim) of a tensor, without taking its sum. The thread does all of it, so that it goes on beside other work.
   *
   * @param out f32 of whole rows in shared memory, filled
   * @param first of the rows
   * @returns out
   * @throws {ModelError} corrupt_checkpoint if the file got shorter meanwhile, or an element is not finite
   */
  async rows(name: string, out: Float32Array = sharedFloats(elementCount(this.dims(name))), first = 0): Promise<Float32Array> {
    const tensor = this.#tensor(name);
    const { file, dtype } = tensor;
    const element = first * this.rowLength(name);
    const offset = tensor.offset + element * dtypeBytes(dtype);
    await this.#thread.read({ fd: file.fd, offset, dtype, first: element, values: out }).catch((error) => {
      throw unreadable(tensor, error);
    });
    this.#onBytes(out.byteLength, name);
    return out;
  }

  /** The sha256 of a tensor's f32 bytes; reads it if that was not done before. */
  async sum(name: string): Promise<string> {
    if (!this.#sums.has(name)) for await (const _ of this.chunks(name));
    return await (this.#sums.get(name) as Promise<string>);
  }

  /** Elements of a row: of all dims but the first. */
  rowLength(name: string): number {
    return elementCount(this.dims(name).slice(1));
  }

  /** Rows: the first dim. */
  rowCount(name: string): number {
    return this.dims(name)[0] ?? 1;
  }

  dims(name: string): readonly number[] {
    return this.#tensor(name).dims;
  }

  /** Ends what it works with; the checkpoint's files stay open. */
  async close(): Promise<void> {
    await this.#thread.close();
  }

  // The next chunk is read while the caller works on the last.
  async *#read(name: string): AsyncGenerator<Chunk> {
    const tensor = this.#tensor(name);
    const chunkBytes = this.#wholeRows(this.rowLength(name) * dtypeBytes(tensor.dtype));
    let pending: Promise<Chunk> | undefined;
    let isWhole = false;
    try {
      for (let at = 0; at < tensor.bytes; at += chunkBytes) {
        const chunk = await (pending ?? this.#start(tensor, at, chunkBytes));
        pending = at + chunkBytes < tensor.bytes ? this.#start(tensor, at + chunkBytes, chunkBytes) : undefined;
        pending?.catch(() => undefined); // it is awaited only once the caller comes back
        this.#onBytes(chunk.values.byteLength, name);
        yield chunk;
      }
      isWhole = true;
    } catch (error) {
      throw unreadable(tensor, error);
    } finally {
      await pending?.catch(() => undefined); // its memory and file must not go under a read
      const sum = this.#thread.sum(); // also after a part of a tensor, so that the next one starts anew
      sum.catch(() => undefined); // `sum` tells it
      if (isWhole) this.#sums.set(name, sum);
    }
  }

  async #start({ file, offset, bytes, dtype }: LocatedTensor, at: number, chunkBytes: number): Promise<Chunk> {
    const buffers = this.#chunks[this.#turn] as Chunk;
    this.#turn = (this.#turn + 1) % BUFFERS;
    const count = Math.min(chunkBytes, bytes - at);
    const chunk = { stored: buffers.stored.subarray(0, count), values: buffers.values.subarray(0, count / dtypeBytes(dtype)) };
    await this.#thread.read({ fd: file.fd, offset: offset + at, dtype, first: at / dtypeBytes(dtype), ...chunk });
    return chunk;
  }

  #tensor(name: string): LocatedTensor {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new RangeError(`the checkpoint was not asked for a tensor ${name}`);
    return tensor;
  }

  /** Bytes of a chunk of whole rows; a row longer than chunks are makes them longer. */
  #wholeRows(rowBytes: number): number {
    if (rowBytes > (this.#chunks[0] as Chunk).stored.byteLength) this.#chunks = sharedChunks(rowBytes);
    const rows = Math.floor((this.#chunks[0] as Chunk).stored.byteLength / rowBytes);
    return (rows < ROW_GROUP ? rows : rows - (rows % ROW_GROUP)) * rowBytes;
  }
}

// Halves take twice their bytes as f32. Shared with the thread that fills them.
function sharedChunks(bytes: number): readonly Chunk[] {
  return Array.from({ length: BUFFERS }, () => ({
    stored: new Uint8Array(new SharedArrayBuffer(bytes)),
    values: sharedFloats(bytes / 2)
  }));
}

function unreadable({ fileName, name }: LocatedTensor, error: unknown): unknown {
  if (!(error instanceof RangeError)) return error;
  return new ModelError('corrupt_checkpoint', `${fileName}: tensor ${name} can't be read: ${error.message}`, { cause: error });
}
