import type { Runtime } from '@janus-mesh/runtime';
import type { KvHandle } from '../engine/model-runner.ts';
import { type CacheShape, KvSlab, slabBytes } from './kv-slab.ts';

/** Capacities are multiples of it, so that slabs fit again; the last step to the whole context may be shorter. */
const GRANULE = 256;

/**
 * Memory for caches, within a budget. Slabs that come back are kept for the next sequence that needs as much: getting pages anew takes a
 * fortieth of a prompt's time. Idle ones give way, and are the system's again, where their part of the budget is needed.
 */
export class KvPool {
  /** Of the caches it makes. */
  readonly shape: CacheShape;
  readonly #runtime: Runtime;
  readonly #budgetBytes: number;
  readonly #used = new Set<KvSlab>();
  readonly #idle: KvSlab[] = []; // longest idle first
  #heldBytes = 0;

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
   * A cache for at least so many positions. What it holds is undefined.
   *
   * @throws {RangeError} if the positions are no whole number from 1 to the context, or the budget does not suffice
   * @throws {RuntimeError} MEMORY if the system has no more
   */
  allocate(positions: number): KvSlab {
    const { contextTokens } = this.shape.text;
    if (!Number.isInteger(positions) || positions < 1 || positions > contextTokens)
      throw new RangeError(`a cache of ${positions} positions: it must be a whole number from 1 to the context, ${contextTokens}`);
    const capacity = this.#roundUp(positions);
    const fitting = this.#idle.findLastIndex((slab) => slab.capacity === capacity);
    const slab = fitting >= 0 ? (this.#idle.splice(fitting, 1)[0] as KvSlab) : this.#create(capacity);
    this.#used.add(slab);
    return slab;
  }

  /** Takes a cache back. @throws {RangeError} if it is none of this pool's, or was given back already */
  free(handle: KvHandle): void {
    const slab = this.inUse(handle);
    this.#used.delete(slab);
    this.#idle.push(slab);
  }

  /** The slab behind a handle. @throws {RangeError} if it is none of this pool's, or was given back */
  inUse(handle: KvHandle): KvSlab {
    if (!this.#used.has(handle as KvSlab))
      throw new RangeError(`a cache of ${handle.capacity} positions is not in use: freed, or made elsewhere`);
    return handle as KvSlab;
  }

  /** Gives all memory back. */
  release(): void {
    for (const slab of [...this.#used, ...this.#idle]) slab.release();
    this.#used.clear();
    this.#idle.length = 0;
    this.#heldBytes = 0;
  }

  #create(capacity: number): KvSlab {
    const bytes = slabBytes(this.shape, capacity);
    while (this.#heldBytes + bytes > this.#budgetBytes) {
      const message = `a cache of ${bytes} bytes does not fit: ${this.#heldBytes} of ${this.#budgetBytes} bytes are in use`;
      this.#dropOldest(new RangeError(message));
    }
    for (;;) {
      try {
        const slab = new KvSlab(this.#runtime, this.shape, capacity);
        this.#heldBytes += bytes;
        return slab;
      } catch (error) {
        this.#dropOldest(error); // the system has no more: idle ones may be just what is wanted
      }
    }
  }

  // @throws the given error if none is idle
  #dropOldest(error: unknown): void {
    const oldest = this.#idle.shift();
    if (!oldest) throw error;
    oldest.release();
    this.#heldBytes -= oldest.bytes;
  }

  #roundUp(positions: number): number {
    const rounded = Math.ceil(positions / GRANULE) * GRANULE;
    return Math.max(positions, Math.min(rounded, this.shape.text.contextTokens));
  }
}
