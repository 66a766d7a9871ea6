import { createHash } from 'node:crypto';
import type { CanonicalTensor } from '@janus-mesh/models';
import { elementCount } from '@janus-mesh/tensor';
import { randomFrom } from '../random.ts';
import type { BytesListener, TensorReader } from '../tensor-reader.ts';

/** Random numbers that all rows are windows of: short enough for a processor's cache, long enough that rows have little in common. */
const TABLE = 2 ** 18;
const CHUNK_ELEMENTS = 2 ** 21;

/** Size of the text embeddings: a power of two, so that they are exact in half precision. */
const EMBEDDING_SCALE = 2 ** -5;

/**
 * A model of random numbers, the same for the same seed. Matrices keep the size of what goes through them (standard deviation 1/√k),
 * norms are near 1, biases small: activations neither vanish nor explode, and have none of the outliers of trained ones.
 */
export class SyntheticReader implements TensorReader {
  readonly #tensors: ReadonlyMap<string, CanonicalTensor>;
  readonly #seed: number;
  readonly #onBytes: BytesListener;
  readonly #table: Float32Array;
  readonly #chunks = [new Float32Array(CHUNK_ELEMENTS), new Float32Array(CHUNK_ELEMENTS)] as const;
  #turn: 0 | 1 = 0;

  /** @param seed a whole number from 0 */
  constructor(tensors: readonly CanonicalTensor[], seed: number, onBytes: BytesListener) {
    this.#tensors = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    this.#seed = seed;
    this.#onBytes = onBytes;
    this.#table = normalTable(TABLE, seed);
  }

  async *chunks(name: string): AsyncGenerator<Float32Array> {
    const length = this.#windowLength(name);
    const perChunk = Math.max(1, Math.floor(CHUNK_ELEMENTS / length)) * length;
    for (let at = 0, total = elementCount(this.dims(name)); at < total; at += perChunk) {
      const chunk = (this.#chunks[this.#turn] as Float32Array).subarray(0, Math.min(perChunk, total - at));
      this.#turn = this.#turn === 0 ? 1 : 0;
      this.#fill(name, chunk, at / length);
      this.#onBytes(chunk.byteLength, name);
      yield chunk;
    }
  }

  async *storedChunks(name: string): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.chunks(name)) {
      const words = new Uint32Array(chunk.buffer, chunk.byteOffset, chunk.length);
      const halves = new Uint16Array(chunk.length);
      for (let i = 0; i < halves.length; i++) halves[i] = (words[i] as number) >>> 16;
      yield new Uint8Array(halves.buffer);
    }
  }

  async rows(name: string, out: Float32Array = new Float32Array(elementCount(this.dims(name))), first = 0): Promise<Float32Array> {
    this.#fill(name, out, first);
    this.#onBytes(out.byteLength, name);
    return out;
  }

  /** Stands for the contents, which follow from it. */
  async sum(name: string): Promise<string> {
    return createHash('sha256')
      .update(`synthetic ${this.#seed} ${name} ${this.dims(name)}`)
      .digest('hex');
  }

  rowLength(name: string): number {
    return elementCount(this.dims(name).slice(1));
  }

  rowCount(name: string): number {
    return this.dims(name)[0] ?? 1;
  }

  dims(name: string): readonly number[] {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new RangeError(`the model has no tensor ${name}`);
    return tensor.dims;
  }

  async close(): Promise<void> {}

  // A vector is one window, a matrix one a row.
  #windowLength(name: string): number {
    return this.dims(name).length === 1 ? this.rowCount(name) : this.rowLength(name);
  }

  #fill(name: string, out: Float32Array, firstWindow: number): void {
    const length = this.#windowLength(name);
    const { mean, deviation } = spreadOf(name, length);
    const seed = nameSeed(name, this.#seed);
    for (let at = 0, window = firstWindow; at < out.length; at += length, window++) {
      const from = mixed(seed + window) % (TABLE - length);
      for (let i = 0; i < length && at + i < out.length; i++) out[at + i] = mean + deviation * (this.#table[from + i] as number);
    }
  }
}

function spreadOf(name: string, length: number): { mean: number; deviation: number } {
  if (name === 'language_model.embed_tokens.weight') return { mean: 0, deviation: EMBEDDING_SCALE };
  if (/norm[^.]*\.weight$/.test(name)) return { mean: 1, deviation: 0.1 };
  if (/\.bias$|position_embedding/.test(name)) return { mean: 0, deviation: 0.02 };
  if (/generation_embeddings|quantize\.embedding/.test(name)) return { mean: 0, deviation: 1 };
  return { mean: 0, deviation: 1 / Math.sqrt(length) };
}

// Normally distributed (Box-Muller), rounded to what bf16 holds.
function normalTable(count: number, seed: number): Float32Array {
  const random = randomFrom(seed);
  const table = Float32Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
  const words = new Uint32Array(table.buffer);
  for (let i = 0; i < count; i++) words[i] = (words[i] as number) & 0xffff0000;
  return table;
}

function nameSeed(name: string, seed: number): number {
  return createHash('sha256').update(`${seed} ${name}`).digest().readUInt32LE(0);
}

// Any number to one of 32 bits that looks like chance (murmur3's last step).
function mixed(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
