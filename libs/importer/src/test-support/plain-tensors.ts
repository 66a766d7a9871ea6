import { readFileSync } from 'node:fs';
import { type DType, widenToF32 } from '@janus-mesh/tensor';

/** A tensor in memory. */
export interface PlainTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

/** Reads a small safetensors file whole, trusting it. */
export function readPlainTensors(path: string): PlainTensor[] {
  const file = readFileSync(path);
  const dataStart = 8 + Number(file.readBigUInt64LE());
  const { __metadata__, ...entries } = JSON.parse(file.toString('utf8', 8, dataStart));
  return Object.entries(entries as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end]
      }
    ]) => ({
      name,
      dtype: dtype.toLowerCase() as DType,
      dims: shape,
      bytes: file.subarray(dataStart + begin, dataStart + end)
    })
  );
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
