import { type DType, dtypeBytes, elementCount } from './dtype.ts';

const LARGE_BYTES = 1 << 20;

/**
 * Whether a tensor is a matrix of 1 MiB or more (in 4-bit form it has three dims, of bytes). ONNX Runtime copies each weight that it may look into while it optimizes a graph; of
 * these only the kernels read, so they are handed over in a way that copies nothing: graphs declare them, and sessions give them, so.
 */
export function isLargeMatrix(dtype: DType, dims: readonly number[]): boolean {
  return (dims.length === 2 || dtype === 'u8') && elementCount(dims) * dtypeBytes(dtype) >= LARGE_BYTES;
}
