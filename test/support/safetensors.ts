import { readFileSync } from 'node:fs';
import { type DType, f32View } from '@janus-mesh/tensor';

/** A tensor of a safetensors file. */
export interface StoredTensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

const DTYPES: Record<string, DType> = { F32: 'f32', F16: 'f16', BF16: 'bf16', I8: 'i8', U8: 'u8', I64: 'i64', I32: 'i32' };

/** Reads a whole safetensors file. For tests: the files are small. */
export function readSafetensors(path: string): ReadonlyMap<string, StoredTensor> {
  const file = readFileSync(path);
  const headerLength = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + headerLength).toString('utf8')) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [start, end] = entry.data_offsets;
    const dtype = DTYPES[entry.dtype];
    if (!dtype) throw new Error(`${path}: ${name} has dtype ${entry.dtype}`);
    tensors.set(name, { dtype, dims: entry.shape, bytes: file.subarray(8 + headerLength + start, 8 + headerLength + end) });
  }
  return tensors;
}

/** The elements of a f32 tensor. */
export function floats(tensors: ReadonlyMap<string, StoredTensor>, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (tensor?.dtype !== 'f32') throw new Error(`no f32 tensor ${name}`);
  return f32View(tensor.bytes);
}
