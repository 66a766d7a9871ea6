import type { TextConfig } from '@janus-mesh/models';
import { paddedHeadDim } from './head-padding.ts';

/** Cosines and sines of the rotary position embedding, f32 each. */
export interface RopeTables {
  /** Of both: [positions, padded headDim / 2]. */
  readonly dims: readonly [positions: number, half: number];
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/**
 * Computes the tables for every position of the context, in double precision: angle = position · theta^(−2i / headDim). The
 * padding of a head is not rotated.
 */
export function ropeTables(text: TextConfig): RopeTables {
  const { headDim, ropeTheta, contextTokens } = text;
  const half = paddedHeadDim(text) / 2;
  const frequencies = Float64Array.from({ length: half }, (_, i) => (i < headDim / 2 ? ropeTheta ** ((-2 * i) / headDim) : 0));
  const cos = new Float32Array(contextTokens * half);
  const sin = new Float32Array(contextTokens * half);
  for (let position = 0; position < contextTokens; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * (frequencies[i] as number);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { dims: [contextTokens, half], cos, sin };
}
