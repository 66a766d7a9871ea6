import { writeFileSync } from 'node:fs';
import type { DType } from '@janus-mesh/tensor';
import { dtypeBytes } from '@janus-mesh/tensor';
import type { PlainTensor } from './plain-tensors.ts';
import { writeZip, type ZipOptions } from './zip-writer.ts';

const STORAGES: Partial<Record<DType, string>> = { bf16: 'BFloat16Storage', f16: 'HalfStorage', f32: 'FloatStorage', i64: 'LongStorage' };

/** A tensor to write; strides and storage as given, else its own contiguous storage. */
export interface TorchWritable extends PlainTensor {
  readonly strides?: readonly number[];
  /** Key of a storage written for an earlier tensor, to share it. */
  readonly sharedKey?: string;
  /** Whether it is wrapped as a module's parameter. */
  readonly isParameter?: boolean;
  /** First element in the storage. */
  readonly firstElement?: number;
}

/** Writes a file as `torch.save` does: a zip of a pickled state dict (protocol 2) and of one entry a storage. */
export function writeTorch(path: string, tensors: readonly TorchWritable[], options: ZipOptions = {}): void {
  const storages = new Map<string, { bytes: Uint8Array; dtype: DType }>();
  const items = tensors.map((tensor, i) => {
    const key = tensor.sharedKey ?? String(i);
    if (!tensor.sharedKey) storages.set(key, tensor);
    return pickledItem(tensor, key, storages.get(key) ?? tensor);
  });
  const pickle = Buffer.concat([
    Buffer.from([0x80, 2]),
    Buffer.from('ccollections\nOrderedDict\n)R('),
    ...items,
    Buffer.from('u'),
    metadata(),
    Buffer.from('.')
  ]);
  const entries: [string, Uint8Array][] = [
    ['archive/data.pkl', pickle],
    ['archive/byteorder', Buffer.from('little')]
  ];
  for (const [key, { bytes }] of storages) entries.push([`archive/data/${key}`, bytes]);
  writeFileSync(path, writeZip([...entries, ['archive/version', Buffer.from('3\n')]], options));
}

function pickledItem(tensor: TorchWritable, key: string, storage: { bytes: Uint8Array; dtype: DType }): Buffer {
  const strides = tensor.strides ?? tensor.dims.map((_, i) => tensor.dims.slice(i + 1).reduce((product, dim) => product * dim, 1));
  const elements = storage.bytes.byteLength / dtypeBytes(storage.dtype);
  return Buffer.concat([
    unicode(tensor.name),
    Buffer.from(tensor.isParameter ? 'ctorch._utils\n_rebuild_parameter\n(' : ''),
    Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n(('),
    unicode('storage'),
    Buffer.from(`ctorch\n${STORAGES[tensor.dtype]}\n`),
    unicode(key),
    unicode('cpu'),
    integer(elements),
    Buffer.from('tQ'),
    integer(tensor.firstElement ?? 0),
    tuple(tensor.dims),
    tuple(strides),
    Buffer.from('\x89ccollections\nOrderedDict\n)RtR', 'latin1'),
    Buffer.from(tensor.isParameter ? '\x88ccollections\nOrderedDict\n)RtR' : '', 'latin1')
  ]);
}

// What state dicts carry as attributes of their OrderedDict.
function metadata(): Buffer {
  return Buffer.concat([Buffer.from('}'), unicode('_metadata'), Buffer.from('}sb')]);
}

function tuple(values: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from('('), ...values.map(integer), Buffer.from('t')]);
}

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.write('J', 0);
  bytes.writeInt32LE(value, 1);
  return bytes;
}

function unicode(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(5);
  head.write('X', 0);
  head.writeUInt32LE(bytes.byteLength, 1);
  return Buffer.concat([head, bytes]);
}
