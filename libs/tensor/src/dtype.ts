/** Type of a tensor's elements; the names of ONNX and safetensors in lower case. */
export type DType = 'f32' | 'f16' | 'bf16' | 'f64' | 'i8' | 'u8' | 'i32' | 'i64' | 'bool';

const BYTES: Record<DType, number> = { f32: 4, f16: 2, bf16: 2, f64: 8, i8: 1, u8: 1, i32: 4, i64: 8, bool: 1 };

/** Size of one element in bytes. */
export function dtypeBytes(dtype: DType): number {
  return BYTES[dtype];
}

/** Number of elements of a tensor: the product of its dims, 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
