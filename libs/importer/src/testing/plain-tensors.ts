import { type DType, widenToF32 } from '@janus-mesh/tensor';
import { readSafetensors } from '../../../../test/support/safetensors.ts';

/** A tensor in memory. */
export interface PlainTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

/** Reads a small safetensors file whole, trusting it. */
export function readPlainTensors(path: string): PlainTensor[] {
  return Array.from(readSafetensors(path), ([name, tensor]) => ({ name, ...tensor }));
}

/** The elements of a float tensor. */
export function valuesOf({ dtype, bytes }: PlainTensor): Float32Array {
  const values = new Float32Array(bytes.byteLength / (dtype === 'f32' ? 4 : 2));
  widenToF32(dtype as 'f32', bytes, values);
  return values;
}

/** The same tensor stored as f32. */
export function asF32(tensor: PlainTensor): PlainTensor {
  return { ...tensor, dtype: 'f32', bytes: new Uint8Array(valuesOf(tensor).buffer) };
}

/** A tensor of that shape stored as f16, with other values: the bits are taken for halves below 2. */
export function asF16(tensor: PlainTensor): PlainTensor {
  const halves = new Uint16Array(new Uint8Array(tensor.bytes).buffer).map((bits) => bits & 0xbfff);
  return { ...tensor, dtype: 'f16', bytes: new Uint8Array(halves.buffer) };
}
