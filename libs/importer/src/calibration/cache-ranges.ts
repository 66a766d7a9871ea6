import type { KvForm } from '@janus-mesh/models';

/** Values of prompts that were not seen may be larger: room is left for them, at the price of coarser steps. */
const HEADROOM = 1.2;

/**
 * Largest relative error of a layer's keys or values under one scale; above it, each channel gets its own. At 3 % (the embedded model)
 * guided logits lose no more with one scale than with one a channel; keys of trained models can have channels ten times the others.
 */
const TENSOR_LIMIT = 0.05;

interface Range {
  /** Largest magnitude of each head's channels: [kvHeads · headDim]. */
  readonly channels: Float32Array;
  /** Relative error (RMS) with one scale for all. */
  readonly error: number;
}

/** Learns the static scales of an int8 cache from keys and values that were seen. */
export class CacheRanges {
  readonly #ranges = new Map<string, Range>();

  /**
   * Takes in a layer's keys or values.
   *
   * @param tensor name of its scales
   * @param values f32 [prompts, heads, length, headDim]
   */
  add(tensor: string, values: Float32Array, [, heads = 1, length = 1, headDim = 1]: readonly number[]): void {
    const channels = new Float32Array(heads * headDim);
    for (let at = 0, row = 0; at < values.length; at += headDim, row++) {
      const first = (Math.floor(row / length) % heads) * headDim;
      for (let i = 0; i < headDim; i++) {
        const magnitude = Math.abs(values[at + i] as number);
        if (magnitude > (channels[first + i] as number)) channels[first + i] = magnitude;
      }
    }
    this.#ranges.set(tensor, { channels, error: errorWithOneScale(values, scaleOf(Math.max(...channels))) });
  }

  /** Largest relative error any layer's keys or values have with one scale for all of them. */
  get worstError(): number {
    return Math.max(0, ...[...this.#ranges.values()].map(({ error }) => error));
  }

  /** One scale a layer where that is good enough for all, else one a channel. */
  get form(): KvForm {
    return this.worstError > TENSOR_LIMIT ? 'int8_channel' : 'int8';
  }

  /** The scales by their tensors' names: f32 [1], or [kvHeads · headDim]. */
  scales(form: Exclude<KvForm, 'f32'>): Map<string, Float32Array> {
    const of = ({ channels }: Range) => (form === 'int8' ? Float32Array.of(scaleOf(Math.max(...channels))) : channels.map(scaleOf));
    return new Map([...this.#ranges].map(([tensor, range]) => [tensor, of(range)]));
  }
}

// A channel that is always zero (padding of a head) gets some scale that divides.
function scaleOf(largest: number): number {
  return largest === 0 ? 1 : Math.fround((largest * HEADROOM) / 127);
}

function errorWithOneScale(values: Float32Array, scale: number): number {
  let size = 0;
  let off = 0;
  for (const value of values) {
    size += value * value;
    off += (value - Math.round(value / scale) * scale) ** 2;
  }
  return size === 0 ? 0 : Math.sqrt(off / size);
}
