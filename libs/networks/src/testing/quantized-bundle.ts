import type { ElementArray } from '@janus-mesh/runtime';
import { type DType, quantizeBlocks4, quantizeRows8 } from '@janus-mesh/tensor';
import { bundleTensors } from '../bundle-tensors.ts';
import type { BundleTensor, NetworkConfig } from '../network.ts';
import { blockLength, scalesOf } from '../quantized-tensors.ts';
import type { FloatTensor } from './safetensors.ts';

/** A tensor in memory as the bundle stores it. */
export interface StoredTensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly data: ElementArray;
}

/**
 * Stores a bundle's f32 tensors in the forms its quantization says. Matrices and vectors only: embeddings stay f32.
 *
 * @param cacheScale scale of every key and value of an int8 cache
 */
export function quantizedBundle(
  config: NetworkConfig,
  data: ReadonlyMap<string, FloatTensor>,
  cacheScale = 4 / 127
): Map<string, StoredTensor> {
  const stored = new Map<string, StoredTensor>();
  for (const tensor of bundleTensors(config)) {
    const { name, dims, source, quantized } = tensor;
    const f32 = data.get(name);
    if (source.kind === 'calibrated') {
      const count = dims[0] as number;
      stored.set(name, { dtype: 'f32', dims, data: new Float32Array(count).fill(cacheScale) });
    } else if (quantized?.part === 'values' && f32) {
      for (const part of storeMatrix(tensor, f32)) stored.set(part.name, part);
    } else if (f32) stored.set(name, { dtype: 'f32', ...f32 });
  }
  return stored;
}

function storeMatrix({ name, dims, quantized }: BundleTensor, matrix: FloatTensor): (StoredTensor & { name: string })[] {
  const [k, n] = matrix.dims as [number, number];
  const rows = transpose(matrix.data, k, n);
  if (quantized?.form === 'w4') {
    const packed = new Uint8Array(rows.length / 2);
    const length = blockLength(dims);
    const scales = new Float32Array(rows.length / length);
    quantizeBlocks4(rows, length, { packed, scales });
    return [
      { name, dtype: 'u8', dims, data: packed },
      { name: scalesOf(name), dtype: 'f32', dims: [n, k / length], data: scales }
    ];
  }
  const values = new Int8Array(rows.length);
  const scales = new Float32Array(n);
  quantizeRows8(rows, k, { values, scales });
  return [
    { name, dtype: 'i8', dims, data: transpose(values, n, k) },
    { name: scalesOf(name), dtype: 'f32', dims: [n], data: scales }
  ];
}

function transpose<A extends Float32Array | Int8Array>(data: A, rows: number, columns: number): A {
  return data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)] as number) as A;
}

/** The f32 matrices that the stored ones stand for, so that a plain computation can use them. */
export function dequantized(stored: ReadonlyMap<string, StoredTensor>): Map<string, FloatTensor> {
  const plain = new Map<string, FloatTensor>();
  for (const [name, { dtype, dims, data }] of stored) {
    const scales = stored.get(scalesOf(name))?.data;
    if (data instanceof Float32Array) plain.set(name, { dims, data });
    else if (dtype === 'i8')
      plain.set(name, { dims, data: Float32Array.from(data as Int8Array, (q, i) => q * scaleAt(scales, i % (dims[1] as number))) });
    else plain.set(name, dequantizeBlocks(dims, data as Uint8Array, scales));
  }
  return plain;
}

// u8 [n, blocks, bytes of a block] → f32 [k, n]
function dequantizeBlocks(dims: readonly number[], packed: Uint8Array, scales: ElementArray | undefined): FloatTensor {
  const [n, blocks] = dims as [number, number];
  const length = blockLength(dims);
  const k = blocks * length;
  const rows = Float32Array.from({ length: n * k }, (_, i) => {
    const byte = packed[i >> 1] as number;
    return ((i % 2 === 0 ? byte & 15 : byte >> 4) - 8) * scaleAt(scales, Math.floor(i / length));
  });
  return { dims: [k, n], data: transpose(rows, n, k) };
}

function scaleAt(scales: ElementArray | undefined, index: number): number {
  return scales?.[index] as number;
}
