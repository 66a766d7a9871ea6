import { type FileHandle, open } from 'node:fs/promises';
import { type DType, dtypeBytes, elementCount } from '@janus-mesh/tensor';
import { type HashOptions, hashBytes } from './hash-file.ts';
import { PrefixHash } from './prefix-hash.ts';
import type { TensorExtent } from './safetensors-header.ts';

/** A tensor a weights file is to hold. */
export interface TensorDeclaration {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
}

/** Vector loads of mapped weights like a cache line's alignment; safetensors allows no gaps, so order has to give it. */
const ALIGNMENT = 64;

/** What is written is sent to disk at this pace, so that little is left to wait for at the end. */
const SYNC_BYTES = 256 * 2 ** 20;

/** A safetensors file being written: places are fixed at once, contents come in any order. */
export class WeightsFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, TensorExtent>;
  readonly bytes: number;
  readonly headerBytes: number;
  readonly headerSha256: string;
  readonly #file: FileHandle;
  readonly #written = new Map<string, number>();
  readonly #hash: PrefixHash;
  /** Tensors in the order of their places, and how many of them from the first on are complete. */
  readonly #inOrder: readonly [name: string, extent: TensorExtent][];
  #completed = 0;
  #unsynced = 0;
  #syncing: Promise<void> | undefined;
  #fault: unknown;

  private constructor(path: string, file: FileHandle, layout: Layout) {
    this.path = path;
    this.tensors = layout.tensors;
    this.bytes = layout.bytes;
    this.headerBytes = layout.header.byteLength;
    this.headerSha256 = hashBytes(layout.header);
    this.#file = file;
    this.#hash = new PrefixHash(file.fd, this.bytes);
    this.#inOrder = [...this.tensors].sort(([, a], [, b]) => a.offset - b.offset || a.bytes - b.bytes);
  }

  /** Creates the file at its full size with its header. */
  static async create(path: string, tensors: readonly TensorDeclaration[]): Promise<WeightsFile> {
    const layout = layOut(tensors);
    const file = await open(path, 'wx+'); // its sum is taken by reading
    try {
      await file.truncate(layout.bytes);
      await writeFully(file, layout.header, 0);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new WeightsFile(path, file, layout);
  }

  /**
   * Writes a part of a tensor.
   *
   * @param at first byte, from the start of the tensor
   * @throws {RangeError} if there is no such tensor or the part reaches over its end
   */
  async write(name: string, at: number, bytes: Uint8Array): Promise<void> {
    const extent = this.tensors.get(name);
    if (!extent) throw new RangeError(`the weights have no tensor ${name}`);
    if (at + bytes.byteLength > extent.bytes)
      throw new RangeError(`${bytes.byteLength} bytes at ${at} of tensor ${name}, which has ${extent.bytes}`);
    await writeFully(this.#file, bytes, extent.offset + at);
    this.#written.set(name, (this.#written.get(name) ?? 0) + bytes.byteLength);
    this.#unsynced += bytes.byteLength;
    if (this.#unsynced > SYNC_BYTES && !this.#syncing) this.#startSync();
    this.#hashPrefix();
  }

  /**
   * Makes sure nothing was left out: the file has its full size from the start.
   *
   * @throws {RangeError} naming a tensor of which bytes were not written
   */
  checkComplete(): void {
    for (const [name, { bytes }] of this.tensors) {
      const written = this.#written.get(name) ?? 0;
      if (written !== bytes) throw new RangeError(`${written} of ${bytes} bytes of tensor ${name} were written`);
    }
  }

  /** The sha256 of the whole file, in hexadecimal digits; most of it was taken while the file was written. */
  async sum(options: HashOptions = {}): Promise<string> {
    this.checkComplete();
    return await this.#hash.finish(options);
  }

  /** Puts what was written on disk and closes the file. */
  async close(): Promise<void> {
    await this.#hash.close();
    try {
      await this.#syncing;
      if (this.#fault) throw this.#fault;
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
  }

  // Tensors written in the order of their places are hashed at once, others when those before them are there.
  #hashPrefix(): void {
    for (; this.#completed < this.#inOrder.length; this.#completed++) {
      const [name, { offset, bytes }] = this.#inOrder[this.#completed] as [string, TensorExtent];
      if ((this.#written.get(name) ?? 0) < bytes) return;
      this.#hash.completeTo(offset + bytes);
    }
  }

  #startSync(): void {
    this.#unsynced = 0;
    this.#syncing = this.#file
      .datasync()
      .catch((error) => {
        this.#fault ??= error; // the system tells it once; `close` throws it
      })
      .finally(() => {
        this.#syncing = undefined;
      });
  }
}

interface Layout {
  readonly header: Uint8Array;
  readonly tensors: ReadonlyMap<string, TensorExtent>;
  readonly bytes: number;
}

function layOut(declared: readonly TensorDeclaration[]): Layout {
  const sizeOf = ({ dtype, dims }: TensorDeclaration) => elementCount(dims) * dtypeBytes(dtype);
  const rank = (tensor: TensorDeclaration) => (sizeOf(tensor) % ALIGNMENT === 0 ? 0 : sizeOf(tensor) % 4 === 0 ? 1 : 2);
  const ordered = declared.toSorted((a, b) => rank(a) - rank(b));
  const entries: [string, unknown][] = [['__metadata__', { format: 'pt' }]];
  const relative: [string, TensorExtent][] = [];
  let at = 0;
  for (const tensor of ordered) {
    const bytes = sizeOf(tensor);
    entries.push([tensor.name, { dtype: tensor.dtype.toUpperCase(), shape: tensor.dims, data_offsets: [at, at + bytes] }]);
    relative.push([tensor.name, { dtype: tensor.dtype, dims: tensor.dims, offset: at, bytes }]);
    at += bytes;
  }
  const header = encodeHeader(entries);
  const tensors = new Map(relative.map(([name, extent]) => [name, { ...extent, offset: header.byteLength + extent.offset }]));
  return { header, tensors, bytes: header.byteLength + at };
}

function encodeHeader(entries: readonly [string, unknown][]): Uint8Array {
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const padded = Math.ceil((8 + json.byteLength) / ALIGNMENT) * ALIGNMENT;
  const header = Buffer.alloc(padded, ' ');
  header.writeBigUInt64LE(BigInt(padded - 8), 0);
  json.copy(header, 8);
  return header;
}

async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.byteLength; ) {
    const result = await file.write(bytes, written, bytes.byteLength - written, position + written);
    written += result.bytesWritten;
  }
}
