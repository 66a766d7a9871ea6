import type { DType } from '@janus-mesh/tensor';
import type { BundleTensor, TensorSource } from './network.ts';

/** A tensor with the checkpoint's elements in the checkpoint's order. */
export function copy(name: string, dims: readonly number[], from: string): BundleTensor {
  return { name, dtype: 'f32', dims, source: { kind: 'copy', from } };
}

/** The right side of a matmul, [k, sum of n]: the checkpoint's matrices [n, k] stacked and transposed. */
export function columns(name: string, dims: readonly [number, number], ...from: string[]): BundleTensor {
  return { name, dtype: 'f32', dims, source: { kind: 'columns', from } };
}

/** A convolution's kernel as a matrix [height · width · in, out]. */
export function kernelColumns(name: string, dims: readonly [number, number], from: string): BundleTensor {
  return { name, dtype: 'f32', dims, source: { kind: 'kernel_columns', from } };
}

type Upsampled = Extract<TensorSource, { kind: 'upsample_columns' }>;

/** One of the four matrices [4 · in, out] that a 3×3 kernel after a doubling of the sides amounts to. */
export function upsampleColumns(name: string, dims: readonly [number, number], { from, phase }: Omit<Upsampled, 'kind'>): BundleTensor {
  return { name, dtype: 'f32', dims, source: { kind: 'upsample_columns', from, phase } };
}

/** Vectors one after another. */
export function concat(name: string, length: number, ...from: string[]): BundleTensor {
  return { name, dtype: 'f32', dims: [length], source: { kind: 'concat', from } };
}

/** Weight and bias of a linear layer: [k, n] and [n], from a checkpoint's [n, k] and [n]. */
export function linear(name: string, dims: readonly [number, number], from: string): BundleTensor[] {
  return [columns(`${name}.weight`, dims, `${from}.weight`), copy(`${name}.bias`, [dims[1]], `${from}.bias`)];
}

type Computed = Extract<TensorSource, { kind: 'computed' }>;

/** A tensor made at import by running a network. */
export function computed(name: string, dtype: DType, dims: readonly number[], by: Computed['by']): BundleTensor {
  return { name, dtype, dims, source: { kind: 'computed', by } };
}
