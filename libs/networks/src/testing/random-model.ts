import { bundleTensors } from '../bundle-tensors.ts';
import type { NetworkConfig } from '../network.ts';
import type { FloatTensor } from './safetensors.ts';

/** Random weights of a bundle, all but the computed ones: the same for the same seed, sized so that activations stay near 1. */
export function randomBundle(config: NetworkConfig, seed = 1): Map<string, FloatTensor> {
  const random = generator(seed);
  const made = new Map<string, FloatTensor>();
  for (const { name, dims, source } of bundleTensors(config)) {
    if (source.kind === 'computed') continue;
    const count = dims.reduce((product, dim) => product * dim, 1);
    const scale = source.kind === 'columns' ? 1.7 / Math.sqrt(dims[0] as number) : 1;
    made.set(name, { dims, data: Float32Array.from({ length: count }, () => (random() * 2 - 1) * scale) });
  }
  return made;
}

/** Random numbers in [0, 1), the same for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
