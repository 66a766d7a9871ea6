import type { DType } from '@janus-mesh/tensor';

const CODES: Record<DType, number> = { f32: 1, u8: 2, i8: 3, i32: 6, i64: 7, bool: 9, f16: 10, f64: 11, bf16: 16 };

/** ONNX's number for an element type: TensorProto.DataType, also what `Cast` takes as `to`. */
export function elementType(dtype: DType): number {
  return CODES[dtype];
}
