import type { ModelConfig, Quantization } from '@janus-mesh/models';
import type { Manifest } from './manifest.ts';

/** A model's sizes and the forms of its weights: what its graphs are built from. */
export function networkConfig({
  config,
  quantization
}: Pick<Manifest, 'config' | 'quantization'>): ModelConfig & { readonly quantization: Quantization } {
  return { ...config, quantization };
}
