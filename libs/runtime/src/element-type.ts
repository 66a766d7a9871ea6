import type { DType } from '@janus-mesh/tensor';

interface ArrayTypes {
  f32: Float32Array;
  f16: Uint16Array;
  bf16: Uint16Array;
  f64: Float64Array;
  i8: Int8Array;
  u8: Uint8Array;
  i32: Int32Array;
  i64: BigInt64Array;
  bool: Uint8Array;
}

/** The typed array that holds elements of a dtype; f16 and bf16 as their bits, bool as 0 and 1. */
export type ElementArray<D extends DType = DType> = ArrayTypes[D];

/** ONNXTensorElementDataType of a dtype. @source onnxruntime_c_api.h */
export const ELEMENT_TYPE: Readonly<Record<DType, number>> = { f32: 1, u8: 2, i8: 3, i32: 6, i64: 7, bool: 9, f16: 10, f64: 11, bf16: 16 };

const ARRAYS: { readonly [D in DType]: new (length: number) => ArrayTypes[D] } = {
  f32: Float32Array,
  f16: Uint16Array,
  bf16: Uint16Array,
  f64: Float64Array,
  i8: Int8Array,
  u8: Uint8Array,
  i32: Int32Array,
  i64: BigInt64Array,
  bool: Uint8Array
};

/** The class of arrays for a dtype. */
export function elementArray<D extends DType>(dtype: D): new (length: number) => ElementArray<D> {
  return ARRAYS[dtype];
}
