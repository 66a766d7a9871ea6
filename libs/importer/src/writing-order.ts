import type { BundleTensor, NetworkConfig } from '@janus-mesh/networks';
import { dtypeBytes, elementCount } from '@janus-mesh/tensor';
import { neededForComputing } from './computed/compute-tensors.ts';
import { isMatrix } from './matrix-rows.ts';

/**
 * The order of a bundle's tensors in its file. Nearly all are written in it, so that what is complete can be hashed while the rest is made:
 * what others are computed from, the computed ones (the memory that takes is free again before the large tensors need it), all others.
 */
export function writingOrder(tensors: readonly BundleTensor[], config: NetworkConfig): BundleTensor[] {
  const needed = neededForComputing(config);
  const stage = ({ name, source }: BundleTensor) => (source.kind === 'computed' ? 1 : needed.has(name) ? 0 : 2);
  return tensors.toSorted((a, b) => stage(a) - stage(b));
}

/**
 * The order in which tensors are written: that of their places, but the largest matrix is the first of those that come after the computed
 * ones. It takes all the memory that matrices are made in: later, nothing could be read until all before it are written, and at the end
 * nothing would be made while it is written.
 *
 * @param tensors in the order of their places
 */
export function fillingOrder(tensors: readonly BundleTensor[]): BundleTensor[] {
  const rest = tensors.findLastIndex(({ source }) => source.kind === 'computed') + 1;
  const others = tensors.slice(rest);
  const largest = Math.max(...others.map(transposedBytes));
  const first = others.find((tensor) => transposedBytes(tensor) === largest);
  return [...tensors.slice(0, rest), ...others.toSorted((a, b) => Number(b === first) - Number(a === first))];
}

/** Memory that a tensor takes while it is made from rows of the checkpoint: none where it is stored as they come. */
export function transposedBytes({ source, quantized, dtype, dims }: BundleTensor): number {
  const isTransposed = isMatrix(source) && (!quantized || (quantized.form === 'w8a8' && quantized.part === 'values'));
  return isTransposed ? elementCount(dims) * dtypeBytes(dtype) : 0;
}
