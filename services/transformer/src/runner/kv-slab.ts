import type { KvForm } from '@janus-mesh/models';
import { cacheDims, cacheDtype, type NetworkConfig } from '@janus-mesh/networks';
import { type Runtime, SystemMemory, type Value } from '@janus-mesh/runtime';
import { dtypeBytes, elementCount } from '@janus-mesh/tensor';
import type { KvHandle } from '../engine/model-runner.ts';

/** What decides the size of a cache. */
export interface CacheShape {
  readonly text: NetworkConfig['text'];
  readonly kv: KvForm;
}

/** Keys and values of one layer, [1, kvHeads, capacity, head] each. */
export interface LayerCache {
  readonly k: Value<'f32' | 'i8'>;
  readonly v: Value<'f32' | 'i8'>;
}

/** One sequence's cache: memory of every layer, the system's again as soon as it is given back and no call has it bound. */
export class KvSlab implements KvHandle {
  readonly capacity: number;
  readonly bytes: number;
  readonly layers: readonly LayerCache[];
  readonly #memory: SystemMemory;
  /** Of one head's positions. */
  readonly #headBytes: number;

  /** @throws {RuntimeError} MEMORY */
  constructor(runtime: Runtime, shape: CacheShape, capacity: number) {
    this.capacity = capacity;
    this.bytes = slabBytes(shape, capacity);
    this.#memory = new SystemMemory(this.bytes);
    const [dtype, dims] = [cacheDtype(shape.kv), cacheDims(shape.text, capacity)];
    const partBytes = elementCount(dims) * dtypeBytes(dtype);
    this.#headBytes = partBytes / shape.text.kvHeads;
    const part = (index: number) => runtime.tensorAt(dtype, dims, this.#memory.address(index * partBytes), this.#memory);
    this.layers = Array.from({ length: shape.text.layers }, (_, layer) => ({ k: part(2 * layer), v: part(2 * layer + 1) }));
  }

  /** Makes the first positions those of another slab of the same model. @throws {RangeError} if this one is too small for them */
  copyFrom(from: KvSlab, positions: number): void {
    if (positions > Math.min(from.capacity, this.capacity))
      throw new RangeError(`${positions} positions from a cache of ${from.capacity} to one of ${this.capacity}`);
    if (from === this) return;
    // Layers, keys and values, heads lie one after another, and each head's positions together.
    const bytes = (this.#headBytes / this.capacity) * positions;
    for (let head = 0; head * this.#headBytes < this.bytes; head++)
      this.#memory.copy(from.#memory, head * from.#headBytes, head * this.#headBytes, bytes);
  }

  /** Gives the memory back. */
  release(): void {
    for (const { k, v } of this.layers) {
      k.release();
      v.release();
    }
    this.#memory.release();
  }
}

/** Bytes of a cache of exactly so many positions. */
export function slabBytes({ text, kv }: CacheShape, capacity: number): number {
  return 2 * text.layers * elementCount(cacheDims(text, capacity)) * dtypeBytes(cacheDtype(kv));
}
