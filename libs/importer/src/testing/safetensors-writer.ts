import { closeSync, openSync, writeSync } from 'node:fs';
import { type DType, dtypeBytes, elementCount } from '@janus-mesh/tensor';

/** A tensor to write; its bytes are asked for when they are due. */
export interface WritableTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly bytes: () => Iterable<Uint8Array>;
}

/** Writes a safetensors file. */
export function writeSafetensors(path: string, tensors: readonly WritableTensor[]): void {
  let at = 0;
  const entries = tensors.map(({ name, dtype, dims }) => {
    const begin = at;
    at += elementCount(dims) * dtypeBytes(dtype);
    return [name, { dtype: dtype.toUpperCase(), shape: dims, data_offsets: [begin, at] }] as const;
  });
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.byteLength));
  const file = openSync(path, 'w');
  try {
    writeAll(file, length);
    writeAll(file, json);
    for (const tensor of tensors) for (const chunk of tensor.bytes()) writeAll(file, chunk);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at);
}
