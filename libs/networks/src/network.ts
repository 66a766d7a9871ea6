import type { ModelConfig } from '@janus-mesh/models';
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
  /** Vectors, one after another. */
  | { readonly kind: 'concat'; readonly from: readonly string[] }
  /** Made at import by running a network on tensors that are in the bundle already. */
  | { readonly kind: 'computed'; readonly by: 'code_table' | 'palette' };

/** A tensor of the bundle, in the layout the graphs read. */
export interface BundleTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly source: TensorSource;
}

/** Sizes a graph is built from. */
export type NetworkConfig = Pick<ModelConfig, 'text' | 'vision' | 'codec'>;
