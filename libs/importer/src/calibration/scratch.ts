import type { ModelConfig } from '@janus-mesh/models';
import { sharedFloats } from '../shared-floats.ts';

/**
 * Memory for the weights of one layer at a time, used again for the next: left to the collector, several would pile up. Shared with the
 * thread that reads.
 */
export class Scratch {
  readonly #memory: Float32Array;
  #used = 0;

  /** Room for the largest layer of a model. */
  constructor({ text, vision }: Pick<ModelConfig, 'text' | 'vision'>) {
    const heads = (2 * text.heads + 2 * text.kvHeads) * text.headDim;
    const layer = text.hiddenSize * (heads + 3 * text.intermediateSize + 2);
    const block = vision.hiddenSize * (4 * vision.hiddenSize + 2 * vision.intermediateSize + 9) + vision.intermediateSize;
    this.#memory = sharedFloats(Math.max(layer, block));
  }

  /** Takes memory that is valid until `reset`; more than is left comes from elsewhere. */
  take(elements: number): Float32Array {
    if (this.#used + elements > this.#memory.length) return sharedFloats(elements);
    const taken = this.#memory.subarray(this.#used, this.#used + elements);
    this.#used += elements;
    return taken;
  }

  /** All that was taken is free again. */
  reset(): void {
    this.#used = 0;
  }
}
