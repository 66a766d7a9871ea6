import type { BundleTensor, NetworkConfig } from '@janus-mesh/networks';
import { neededForComputing } from './computed/compute-tensors.ts';

/**
 * The order in which a bundle's tensors are written, which is also that of their places, so that what is complete can be hashed while the
 * rest is made: what others are computed from, the computed ones (the memory that takes is free again before the large tensors need it),
 * all others.
 */
export function writingOrder(tensors: readonly BundleTensor[], config: NetworkConfig): BundleTensor[] {
  const needed = neededForComputing(config);
  const stage = ({ name, source }: BundleTensor) => (source.kind === 'computed' ? 1 : needed.has(name) ? 0 : 2);
  return tensors.toSorted((a, b) => stage(a) - stage(b));
}
