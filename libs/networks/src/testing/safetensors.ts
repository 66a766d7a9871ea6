import { readFileSync } from 'node:fs';
import { type DType, widenToF32 } from '@janus-mesh/tensor';

/** A tensor in memory, f32. */
export interface FloatTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const DTYPES: Record<string, Extract<DType, 'f32' | 'f16' | 'bf16'>> = { F32: 'f32', F16: 'f16', BF16: 'bf16' };

/** Reads the floating tensors of a safetensors file, widened to f32. For tests: trusts the file. */
export function readSafetensors(path: string): Map<string, FloatTensor> {
  const file = readFileSync(path);
  const start = 8 + Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<string, Entry>;
  const tensors = new Map<string, FloatTensor>();
  for (const [name, entry] of Object.entries(header)) {
    const dtype = DTYPES[entry.dtype];
    if (!dtype) continue;
    const [from, to] = entry.data_offsets;
    const data = new Float32Array((to - from) / (dtype === 'f32' ? 4 : 2));
    widenToF32(dtype, file.subarray(start + from, start + to), data);
    tensors.set(name, { dims: entry.shape, data });
  }
  return tensors;
}
