import type { TextConfig } from '@janus-mesh/models';
import { paddedHeadDim } from './head-padding.ts';

/** Dims of one half (k or v) of a layer's cache: [1, kvHeads, capacity, head], f32. */
export function cacheDims<C extends number | string>(text: TextConfig, capacity: C): readonly [1, number, C, number] {
  return [1, text.kvHeads, capacity, paddedHeadDim(text)];
}
