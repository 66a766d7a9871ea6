import { elementCount } from '@janus-mesh/tensor';
import { bundleTensors } from '../bundle-tensors.ts';
import type { BundleTensor, NetworkConfig, TensorSource } from '../network.ts';
import type { FloatTensor } from './safetensors.ts';

/**
 * Makes a bundle's tensors in memory from canonical ones, all but the computed.
 *
 * @throws {RangeError} if a canonical tensor is missing or of another size
 */
export function bundleData(config: NetworkConfig, canonical: ReadonlyMap<string, FloatTensor>): Map<string, FloatTensor> {
  const made = new Map<string, FloatTensor>();
  for (const tensor of bundleTensors(config)) {
    if (tensor.source.kind === 'computed') continue;
    made.set(tensor.name, { dims: tensor.dims, data: elements(tensor, sources(tensor.source, canonical)) });
  }
  return made;
}

function sources(source: Exclude<TensorSource, { kind: 'computed' }>, canonical: ReadonlyMap<string, FloatTensor>): FloatTensor[] {
  return [source.from].flat().map((name) => {
    const tensor = canonical.get(name);
    if (!tensor) throw new RangeError(`no canonical tensor ${name}`);
    return tensor;
  });
}

function elements({ name, dims, source }: BundleTensor, from: readonly FloatTensor[]): Float32Array {
  const stacked = Float32Array.from(from.flatMap(({ data }) => [...data]));
  if (stacked.length !== elementCount(dims)) throw new RangeError(`${name}: ${stacked.length} elements for [${dims}]`);
  if (source.kind !== 'columns') return stacked;
  const [rows, columns] = dims as [number, number];
  return stacked.map((_, i) => stacked[(i % columns) * rows + Math.floor(i / columns)] as number);
}
