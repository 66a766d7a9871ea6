import type { Runtime } from '@janus-mesh/runtime';
import type { KvHandle } from '../engine/model-runner.ts';
import { type CacheShape, KvSlab, slabBytes } from './kv-slab.ts';

/** Capacities are multiples of it; the last step to the whole context may be shorter. */
const GRANULE = 256;

/** Memory for caches, within a budget. It takes as much as is written, and is the system's again when a cache is freed. */
export class KvPool {
  /** Of the caches it makes. */
  readonly shape: CacheShape;
  readonly #runtime: Runtime;
  readonly #budgetBytes: number;
  readonly #used = new Set<KvSlab>();
  #usedBytes = 0;

  constructor(runtime: Runtime, shape: CacheShape, budgetBytes: number) {
    this.#runtime = runtime;
    this.shape = shape;
    this.#budgetBytes = budgetBytes;
  }

  /** Bytes of a cache for so many positions, rounded up as `allocate` does. */
  bytesFor(positions: number): number {
    return slabBytes(this.shape, this.#roundUp(positions));
  }

  /**
   * A cache for at least so many positions, filled with zeros.
   *
   * @throws {RangeError} if the positions are no whole number from 1 to the context, or the budget does not suffice
   * @throws {RuntimeError} MEMORY if the system has no more
   */
  allocate(positions: number): KvSlab {
    const { contextTokens } = this.shape.text;
    if (!Number.isInteger(positions) || positions < 1 || positions > contextTokens)
      throw new RangeError(`a cache of ${positions} positions: it must be a whole number from 1 to the context, ${contextTokens}`);
    const capacity = this.#roundUp(positions);
    const bytes = slabBytes(this.shape, capacity);
    if (this.#usedBytes + bytes > this.#budgetBytes)
      throw new RangeError(`a cache of ${bytes} bytes does not fit: ${this.#usedBytes} of ${this.#budgetBytes} bytes are in use`);
    const slab = new KvSlab(this.#runtime, this.shape, capacity);
    this.#used.add(slab);
    this.#usedBytes += bytes;
    return slab;
  }

  /** Gives a cache's memory back. @throws {RangeError} if it is none of this pool's, or was given back already */
  free(handle: KvHandle): void {
    const slab = this.inUse(handle);
    this.#used.delete(slab);
    this.#usedBytes -= slab.bytes;
    slab.release();
  }

  /** The slab behind a handle. @throws {RangeError} if it is none of this pool's, or was given back */
  inUse(handle: KvHandle): KvSlab {
    if (!this.#used.has(handle as KvSlab))
      throw new RangeError(`a cache of ${handle.capacity} positions is not in use: freed, or made elsewhere`);
    return handle as KvSlab;
  }

  /** Gives all memory back. */
  release(): void {
    for (const slab of [...this.#used]) this.free(slab);
  }

  #roundUp(positions: number): number {
    const rounded = Math.ceil(positions / GRANULE) * GRANULE;
    return Math.max(positions, Math.min(rounded, this.shape.text.contextTokens));
  }
}
