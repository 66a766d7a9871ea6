import type { ResampleFilter } from './resample-filter.ts';

/** Bits after the point of a tap's weight: Pillow's PRECISION_BITS. */
export const WEIGHT_BITS = 32 - 8 - 2;

/** How one axis of a picture is scaled, and which part of the result is wanted. */
export interface ResampleAxis {
  /** Pixels of the input. */
  readonly from: number;
  /** Pixels of the whole result. */
  readonly to: number;
  /** First pixel of the result that is made. */
  readonly start: number;
  /** Number of pixels that are made. */
  readonly length: number;
}

/** For each pixel that is made along one axis, the input pixels it is made from. */
export interface ResampleTaps {
  /** First input pixel of the i-th pixel made. */
  readonly first: Int32Array;
  /** Number of its input pixels. */
  readonly count: Int32Array;
  /** Fixed-point weights; its own start at i * stride. */
  readonly weights: Int32Array;
  readonly stride: number;
}

/**
 * Computes the taps of an axis; shrinking widens the filter (antialiasing).
 *
 * @source Pillow src/libImaging/Resample.c, precompute_coeffs and normalize_coeffs_8bpc; the order of the floating-point
 * operations is kept, as the last bit of a weight shows
 */
export function resampleTaps({ from, to, start, length }: ResampleAxis, filter: ResampleFilter): ResampleTaps {
  const scale = from / to;
  const widening = Math.max(scale, 1);
  const support = filter.support * widening;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Int32Array(length * stride);
  const exact = new Float64Array(stride);
  for (let i = 0; i < length; i++) {
    const center = (start + i + 0.5) * scale;
    const nearest = Math.max(Math.trunc(center - support + 0.5), 0);
    const taps = Math.min(Math.trunc(center + support + 0.5), from) - nearest;
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const weight = filter.weight((k + nearest - center + 0.5) * (1 / widening));
      exact[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < taps; k++) weights[i * stride + k] = toFixedPoint(sum === 0 ? 0 : (exact[k] as number) / sum);
    first[i] = nearest;
    count[i] = taps;
  }
  return { first, count, weights, stride };
}

function toFixedPoint(weight: number): number {
  return Math.trunc(weight * (1 << WEIGHT_BITS) + (weight < 0 ? -0.5 : 0.5));
}
