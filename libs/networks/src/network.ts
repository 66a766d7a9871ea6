import type { LinearForm, ModelConfig, Quantization } from '@janus-mesh/models';
import type { DType } from '@janus-mesh/tensor';

/** One input or output of a graph; a string is a symbolic dim. */
export interface Port {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly (number | string)[];
}

/** A graph ready to be made a session: its weights are named here and given from the bundle, not stored in it. */
export interface Network {
  /** Serialized ONNX ModelProto. */
  readonly model: Uint8Array;
  /** Bundle tensors the graph declares as external initializers. */
  readonly weights: readonly string[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** How a tensor of the bundle is made from the checkpoint's canonical tensors (see libs/models). */
export type TensorSource =
  /** Same elements in the same order; the bundle's dims may be another shape of them. */
  | { readonly kind: 'copy'; readonly from: string }
  /** Matrices [n_i, k] stacked along rows, then transposed: [k, sum n_i], as MatMul wants its right side. */
  | { readonly kind: 'columns'; readonly from: readonly string[] }
  /** A convolution's kernel [out, in, height, width] as the matrix of its im2col form: [height · width · in, out]. */
  | { readonly kind: 'kernel_columns'; readonly from: string }
  /**
   * A 3×3 kernel that runs on a map whose sides were doubled (nearest), as it acts on the map before that, as a matrix [4 · in, out]: a
   * window of 2×2 places for each of the four pixels a place became. Phase = 2 · pixel's row + pixel's column.
   */
  | { readonly kind: 'upsample_columns'; readonly from: string; readonly phase: 0 | 1 | 2 | 3 }
  /** Vectors, one after another. */
  | { readonly kind: 'concat'; readonly from: readonly string[] }
  /** Made at import by running a network on tensors that are in the bundle already. */
  | { readonly kind: 'computed'; readonly by: 'code_table' | 'palette' }
  /** Static scales of the int8 KV cache, from the calibration at import: the largest magnitude seen / 127. */
  | { readonly kind: 'calibrated'; readonly layer: number; readonly part: 'k' | 'v' };

/** A tensor of the bundle, in the layout the graphs read. */
export interface BundleTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly source: TensorSource;
  /** Where the matrix that `source` gives is quantised: its form, and whether this tensor holds its values or its scales. */
  readonly quantized?: { readonly form: Exclude<LinearForm, 'f32'>; readonly part: 'values' | 'scales' };
}

/** Sizes a graph is built from, and the forms of its linears. */
export interface NetworkConfig extends Pick<ModelConfig, 'text' | 'vision' | 'codec'> {
  /** @default nothing is quantised */
  readonly quantization?: Quantization;
  /**
   * What linears that are not quantised compute in, those of VQ excepted; sums, norms, attention and caches stay f32. f16 is for devices
   * that are fast in it: the matrices are f16 then.
   *
   * @default f32
   */
  readonly floats?: 'f32' | 'f16';
}
