import { bundleTensors } from './bundle-tensors.ts';
import type { NetworkConfig } from './network.ts';
import { blockLength } from './quantized-tensors.ts';

/** Longest blocks of 4-bit weights that all rows are multiplied with alike. */
const LONGEST_ALIKE = 32;

/**
 * Whether matrices must always have an even number of rows, so that a row's bits do not depend on the others.
 *
 * ONNX Runtime's MatMulNBits (MLAS, x64) takes rows two at a time; one that is left over goes through another kernel. With blocks of up to
 * 32 weights both add up in the same order, with longer ones they do not: a row's last bits hang on whether it has a partner. Which row
 * that is does not matter, so one of zeros will do. The aligner needs none: it sees one picture at a time, always as many rows.
 */
export function needsEvenRows(config: NetworkConfig): boolean {
  return bundleTensors(config).some(
    ({ dims, quantized }) => quantized?.form === 'w4' && quantized.part === 'values' && blockLength(dims) > LONGEST_ALIKE
  );
}
