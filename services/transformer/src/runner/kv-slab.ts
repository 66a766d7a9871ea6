import { cacheDims, type NetworkConfig } from '@janus-mesh/networks';
import type { Runtime, Value } from '@janus-mesh/runtime';
import { elementCount } from '@janus-mesh/tensor';
import type { KvHandle } from '../engine/model-runner.ts';

type TextConfig = NetworkConfig['text'];

/** Keys and values of one layer, f32 [1, kvHeads, capacity, head] each. */
export interface LayerCache {
  readonly k: Value;
  readonly v: Value;
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

  /** Gives the memory back. */
  release(): void {
    for (const { k, v } of this.layers) {
      k.release();
      v.release();
    }
  }
}

/** Bytes of a cache of exactly so many positions. */
export function slabBytes(text: TextConfig, capacity: number): number {
  return 2 * text.layers * elementCount(cacheDims(text, capacity)) * Float32Array.BYTES_PER_ELEMENT;
}
