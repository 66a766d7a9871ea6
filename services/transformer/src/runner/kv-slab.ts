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

type CacheValue = Value<'f32' | 'i8'>;

/** Keys and values of one layer, [1, kvHeads, capacity, head] each. */
export interface LayerCache {
  readonly k: CacheValue;
  readonly v: CacheValue;
}

/** One sequence's cache: memory of every layer, the system's again as soon as it is given back and no call has it bound. */
export class KvSlab implements KvHandle {
  readonly capacity: number;
  readonly bytes: number;
  readonly layers: readonly LayerCache[];
  readonly #memory: SystemMemory;

  /** @throws {RuntimeError} MEMORY */
  constructor(runtime: Runtime, shape: CacheShape, capacity: number) {
    this.capacity = capacity;
    this.bytes = slabBytes(shape, capacity);
    this.#memory = new SystemMemory(this.bytes);
    const [dtype, dims] = [cacheDtype(shape.kv), cacheDims(shape.text, capacity)];
    const elements = elementCount(dims);
    let offset = 0;
    const part = (): CacheValue => {
      const value = runtime.tensor(dtype, dims, this.#memory.array(dtype, offset, elements), this.#memory);
      offset += elements * dtypeBytes(dtype);
      return value;
    };
    this.layers = Array.from({ length: shape.text.layers }, () => ({ k: part(), v: part() }));
  }

  /** Makes the first positions those of another slab of the same model. @throws {RangeError} if this one is too small for them */
  copyFrom(from: KvSlab, positions: number): void {
    if (positions > Math.min(from.capacity, this.capacity))
      throw new RangeError(`${positions} positions from a cache of ${from.capacity} to one of ${this.capacity}`);
    if (from === this) return;
    for (const [layer, { k, v }] of this.layers.entries()) {
      const source = from.layers[layer] as LayerCache;
      copyPositions(source.k, k, positions);
      copyPositions(source.v, v, positions);
    }
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

// Each head's positions lie together.
function copyPositions(from: CacheValue, to: CacheValue, positions: number): void {
  const [, heads, fromCapacity, width] = from.dims as [number, number, number, number];
  const toStride = to.data.length / heads;
  for (let head = 0; head < heads; head++) {
    const start = head * fromCapacity * width;
    to.data.set(from.data.subarray(start, start + positions * width), head * toStride);
  }
}

/** Bytes of a cache of exactly so many positions. */
export function slabBytes({ text, kv }: CacheShape, capacity: number): number {
  return 2 * text.layers * elementCount(cacheDims(text, capacity)) * dtypeBytes(cacheDtype(kv));
}
