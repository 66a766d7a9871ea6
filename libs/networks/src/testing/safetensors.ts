import { widenToF32 } from '@janus-mesh/tensor';
import { readSafetensors as readStored } from '../../../../test/support/safetensors.ts';

/** A tensor in memory, f32. */
export interface FloatTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Reads the floating tensors of a safetensors file, widened to f32. For tests: trusts the file. */
export function readSafetensors(path: string): Map<string, FloatTensor> {
  const tensors = new Map<string, FloatTensor>();
  for (const [name, { dtype, dims, bytes }] of readStored(path)) {
    if (dtype !== 'f32' && dtype !== 'f16' && dtype !== 'bf16') continue;
    const data = new Float32Array(bytes.byteLength / (dtype === 'f32' ? 4 : 2));
    widenToF32(dtype, bytes, data);
    tensors.set(name, { dims, data });
  }
  return tensors;
}
