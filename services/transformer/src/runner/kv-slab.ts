import { cacheDims, type NetworkConfig } from '@janus-mesh/networks';
import type { Runtime, Value } from '@janus-mesh/runtime';
import { elementCount } from '@janus-mesh/tensor';
import type { KvHandle } from '../engine/model-runner.ts';

type TextConfig = NetworkConfig['text'];

/** Keys and values of one layer, f32 [1, kvHeads, capacity, head] each. */
export interface LayerCache {
  readonly k: Value<'f32'>;
  readonly v: Value<'f32'>;
}

/** One sequence's cache: memory of every layer, allocated together and given back together. */
export class KvSlab implements KvHandle {
  readonly capacity: number;
  readonly bytes: number;
  readonly layers: readonly LayerCache[];

  constructor(runtime: Runtime, text: TextConfig, capacity: number) {
    this.capacity = capacity;
    this.bytes = slabBytes(text, capacity);
    const dims = cacheDims(text, capacity);
    this.layers = Array.from({ length: text.layers }, () => ({ k: runtime.tensor('f32', dims), v: runtime.tensor('f32', dims) }));
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
  }
}

// Each head's positions lie together.
function copyPositions(from: Value<'f32'>, to: Value<'f32'>, positions: number): void {
  const [, heads, fromCapacity, width] = from.dims as [number, number, number, number];
  const toStride = to.data.length / heads;
  for (let head = 0; head < heads; head++) {
    const start = head * fromCapacity * width;
    to.data.set(from.data.subarray(start, start + positions * width), head * toStride);
  }
}

/** Bytes of a cache of exactly so many positions. */
export function slabBytes(text: TextConfig, capacity: number): number {
  return 2 * text.layers * elementCount(cacheDims(text, capacity)) * Float32Array.BYTES_PER_ELEMENT;
}
