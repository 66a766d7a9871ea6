import type { FeatureCacheStats } from '@janus-mesh/contracts';

/** Features of pictures by the hash that names them. Holds a bounded number of bytes; what was not asked for longest goes first. */
export class FeatureCache {
  readonly #entries = new Map<string, Float32Array>(); // the longest unused first
  readonly #maxBytes: number;
  #bytes = 0;
  #hits = 0n;
  #misses = 0n;

  /** @param maxBytes 0 keeps nothing */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The features of this name, if they are kept. */
  get(hash: Uint8Array): Float32Array | undefined {
    const key = keyOf(hash);
    const features = this.#entries.get(key);
    if (features === undefined) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    this.#entries.delete(key);
    this.#entries.set(key, features);
    return features;
  }

  /**
   * Keeps features, unless they alone are over the bound.
   *
   * @param features not to be changed afterwards; all of their buffer, as a view would keep the rest alive uncounted
   * @throws {RangeError} if they are a view of a larger buffer
   */
  put(hash: Uint8Array, features: Float32Array): void {
    if (features.byteLength !== features.buffer.byteLength) {
      throw new RangeError(`features of ${features.byteLength} bytes are a view of ${features.buffer.byteLength}`);
    }
    const key = keyOf(hash);
    if (features.byteLength > this.#maxBytes || this.#entries.has(key)) return;
    this.#entries.set(key, features);
    this.#bytes += features.byteLength;
    for (const [oldest, { byteLength }] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#entries.delete(oldest);
      this.#bytes -= byteLength;
    }
  }

  /** The counts as the contract reports them. */
  stats(): FeatureCacheStats {
    return {
      hits: this.#hits,
      misses: this.#misses,
      bytesUsed: BigInt(this.#bytes),
      bytesBudget: BigInt(this.#maxBytes),
      entries: this.#entries.size
    };
  }
}

function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('latin1');
}
