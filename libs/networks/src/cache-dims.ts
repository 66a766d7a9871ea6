import type { KvForm, TextConfig } from '@janus-mesh/models';
import { paddedHeadDim } from './head-padding.ts';

/** Dims of one half (k or v) of a layer's cache: [1, kvHeads, capacity, head]. */
export function cacheDims<C extends number | string>(text: TextConfig, capacity: C): readonly [1, number, C, number] {
  return [1, text.kvHeads, capacity, paddedHeadDim(text)];
}

/** Elements of a cache of that form. */
export function cacheDtype(form: KvForm): 'f32' | 'i8' {
  return form === 'f32' ? 'f32' : 'i8';
}
