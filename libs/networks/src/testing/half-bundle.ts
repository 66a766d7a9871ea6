import { narrowToF16 } from '@janus-mesh/tensor';
import { bundleTensors } from '../bundle-tensors.ts';
import type { NetworkConfig } from '../network.ts';
import type { StoredTensor } from './quantized-bundle.ts';
import type { FloatTensor } from './safetensors.ts';

/** Stores a bundle's f32 tensors in the floats its networks are to compute in. */
export function halfBundle(config: NetworkConfig, data: ReadonlyMap<string, FloatTensor>): Map<string, StoredTensor> {
  const halves = new Set(bundleTensors(config).flatMap(({ name, dtype }) => (dtype === 'f16' ? [name] : [])));
  const stored = ([name, { dims, data: values }]: [string, FloatTensor]): [string, StoredTensor] => [
    name,
    halves.has(name) ? { dtype: 'f16', dims, data: narrowToF16(values) } : { dtype: 'f32', dims, data: values }
  ];
  return new Map([...data].map(stored));
}
