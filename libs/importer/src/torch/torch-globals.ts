import type { DType } from '@janus-mesh/tensor';
import { type Callable, Tuple } from './pickle-machine.ts';
import { TorchFileError } from './torch-file-error.ts';

/** A tensor as a torch pickle describes it. */
export class TorchTensor {
  readonly storage: TorchStorage;
  /** First element, in the storage. */
  readonly firstElement: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: TorchStorage, firstElement: number, dims: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.firstElement = firstElement;
    this.dims = dims;
    this.strides = strides;
  }
}

/** Elements in a row, an entry `data/<key>` of the zip. */
export class TorchStorage {
  readonly key: string;
  readonly dtype: DType;
  readonly elements: number;

  constructor(key: string, dtype: DType, elements: number) {
    this.key = key;
    this.dtype = dtype;
    this.elements = elements;
  }
}

/** A storage class: it types a storage, and is never called. */
export class StorageType implements Callable {
  readonly name: string;
  readonly dtype: DType;

  constructor(name: string, dtype: DType) {
    this.name = name;
    this.dtype = dtype;
  }

  call(): never {
    throw new TorchFileError(`calls ${this.name}, which only types a storage`);
  }
}

const STORAGES: readonly (readonly [string, DType])[] = [
  ['BFloat16Storage', 'bf16'],
  ['HalfStorage', 'f16'],
  ['FloatStorage', 'f32'],
  ['DoubleStorage', 'f64'],
  ['LongStorage', 'i64'],
  ['IntStorage', 'i32'],
  ['CharStorage', 'i8'],
  ['ByteStorage', 'u8'],
  ['BoolStorage', 'bool']
];

const FUNCTIONS: readonly Callable[] = [
  { name: 'torch._utils._rebuild_tensor_v2', call: rebuildTensor },
  { name: 'torch._utils._rebuild_parameter', call: ([data]) => data ?? null },
  { name: 'collections.OrderedDict', call: orderedDict }
];

/** Everything a torch checkpoint may refer to, by its full name. */
export const TORCH_GLOBALS: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ...STORAGES.map(([name, dtype]) => [`torch.${name}`, new StorageType(`torch.${name}`, dtype)] as const),
  ...FUNCTIONS.map((callable) => [callable.name, callable] as const)
]);

/** Reads a persistent id: `('storage', type, key, device, elements)`. @throws {TorchFileError} if it has not that form */
export function storageOf(id: unknown): TorchStorage {
  const [kind, type, key, , elements] = id instanceof Tuple ? id.items : [];
  if (kind !== 'storage' || !(type instanceof StorageType) || typeof key !== 'string' || !isCount(elements))
    throw new TorchFileError('has a persistent id that is no storage');
  return new TorchStorage(key, type.dtype, elements);
}

// (storage, first element, dims, strides, requires_grad, hooks)
function rebuildTensor([storage, first, dims, strides]: readonly unknown[]): TorchTensor {
  if (
    !(storage instanceof TorchStorage) ||
    !isCount(first) ||
    !isCounts(dims) ||
    !isCounts(strides) ||
    dims.items.length !== strides.items.length
  )
    throw new TorchFileError('rebuilds a tensor from other arguments than storage, offset, shape and strides');
  return new TorchTensor(storage, first, dims.items, strides.items);
}

// torch makes it empty and sets the items. Given items it would be a copy of them, and a small pickle could ask for many copies.
function orderedDict(args: readonly unknown[]): Map<unknown, unknown> {
  if (args.length > 0) throw new TorchFileError('makes an OrderedDict of given items, as torch never does');
  return new Map();
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCounts(value: unknown): value is Tuple & { readonly items: readonly number[] } {
  return value instanceof Tuple && value.items.every(isCount);
}
