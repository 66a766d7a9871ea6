import { elementCount } from '@janus-mesh/tensor';
import { bundleTensors } from '../bundle-tensors.ts';
import { type KernelSource, kernelRow } from '../kernel-rows.ts';
import type { BundleTensor, NetworkConfig } from '../network.ts';
import { blockLength } from '../quantized-tensors.ts';
import type { FloatTensor } from './safetensors.ts';

/**
 * Makes a bundle's tensors in memory from canonical ones, all but the computed and calibrated: f32, also what the bundle would quantise.
 *
 * @param prefix of the names of those wanted
 * @throws {RangeError} if a canonical tensor is missing or of another size
 */
export function bundleData(
  config: NetworkConfig,
  canonical: ReadonlyMap<string, FloatTensor>,
  prefix: string = ''
): Map<string, FloatTensor> {
  const made = new Map<string, FloatTensor>();
  for (const tensor of bundleTensors(config)) {
    if (!tensor.name.startsWith(prefix) || !('from' in tensor.source) || tensor.quantized?.part === 'scales') continue;
    const plain = { ...tensor, dims: plainDims(tensor) };
    made.set(tensor.name, { dims: plain.dims, data: elements(plain, sources([tensor.source.from].flat(), canonical)) });
  }
  return made;
}

function sources(names: readonly string[], canonical: ReadonlyMap<string, FloatTensor>): FloatTensor[] {
  return names.map((name) => {
    const tensor = canonical.get(name);
    if (!tensor) throw new RangeError(`no canonical tensor ${name}`);
    return tensor;
  });
}

// Dims of a matrix before it is quantised.
function plainDims({ dims, quantized }: BundleTensor): readonly number[] {
  const [n = 0, blocks = 0] = dims;
  return quantized?.form === 'w4' ? [blocks * blockLength(dims), n] : dims;
}

function elements({ name, dims, source }: BundleTensor, from: readonly FloatTensor[]): Float32Array {
  const isKernel = source.kind === 'kernel_columns' || source.kind === 'upsample_columns';
  const stacked = isKernel ? kernelRows(source, from[0] as FloatTensor) : joined(from.map(({ data }) => data));
  if (stacked.length !== elementCount(dims)) throw new RangeError(`${name}: ${stacked.length} elements for [${dims}]`);
  if (source.kind !== 'columns' && !isKernel) return stacked;
  const [rows, columns] = dims as [number, number];
  return stacked.map((_, i) => stacked[(i % columns) * rows + Math.floor(i / columns)] as number);
}

// [out, in, height, width] → rows of the matrix's columns
function kernelRows(source: KernelSource, { dims, data }: FloatTensor): Float32Array {
  const [output = 0, input = 0] = dims;
  const length = data.length / output;
  const rows = Array.from({ length: output }, (_, i) => kernelRow(source, data.subarray(i * length, (i + 1) * length), input));
  return joined(rows);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
