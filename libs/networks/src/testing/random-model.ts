import { seededRandom } from '@janus-mesh/tensor/testing';
import { bundleTensors } from '../bundle-tensors.ts';
import type { NetworkConfig } from '../network.ts';
import type { FloatTensor } from './safetensors.ts';

/** Random weights of an unquantised bundle, all but the computed ones: the same for the same seed, sized so that activations stay near 1. */
export function randomBundle(config: NetworkConfig, seed = 1): Map<string, FloatTensor> {
  const random = seededRandom(seed);
  const made = new Map<string, FloatTensor>();
  for (const { name, dims, source } of bundleTensors(config)) {
    if (source.kind === 'computed') continue;
    const count = dims.reduce((product, dim) => product * dim, 1);
    const scale = source.kind === 'columns' ? 1.7 / Math.sqrt(dims[0] as number) : 1;
    made.set(name, { dims, data: Float32Array.from({ length: count }, () => (random() * 2 - 1) * scale) });
  }
  return made;
}
