import { bundleTensors } from './bundle-tensors.ts';
import type { NetworkConfig } from './network.ts';
import { blockLength } from './quantized-tensors.ts';

/**
 * Whether matrices must always have an even number of rows, so that a row's bits do not depend on the others.
 *
 * ONNX Runtime's MatMulNBits (MLAS) takes rows two at a time; one that is left over goes through another kernel. With AVX-512 both add up
 * in the same order where blocks have up to 32 weights, but not where they are longer; with AVX2 they never do. Which row the partner is
 * does not matter, so one of zeros will do. The aligner needs none: it sees one picture at a time, always as many rows.
 *
 * @param isa class of the processor, as `isaClass` of the runtime says it
 */
export function needsEvenRows(config: NetworkConfig, isa: string): boolean {
  const longestAlike = isa.startsWith('x64-avx512') ? 32 : 0;
  return bundleTensors(config).some(
    ({ dims, quantized }) => quantized?.form === 'w4' && quantized.part === 'values' && blockLength(dims) > longestAlike
  );
}
