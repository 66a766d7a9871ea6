import type { FileHandle } from 'node:fs/promises';
import { type FileRange, readExactly } from '@janus-mesh/bundle';
import { ModelError } from '@janus-mesh/models';
import { dtypeBytes, elementCount } from '@janus-mesh/tensor';
import type { StoredTensor } from '../checkpoint/stored-tensor.ts';
import type { Callable } from './pickle-machine.ts';
import { TorchFileError } from './torch-file-error.ts';
import { storageOf, TORCH_GLOBALS, TorchTensor } from './torch-globals.ts';
import { unpickle } from './unpickle.ts';
import { locateEntry, readZipDirectory, type ZipEntry } from './zip-directory.ts';

/** A tensor takes about 130 bytes of pickle, so this is 30,000 of them; a byte of a hostile pickle can take hundreds in memory. */
const PICKLE_LIMIT = 4 * 2 ** 20;

/** What torch wrote at the start of a file before 1.6: the protocol of a pickle, then its magic number. */
const LEGACY_MAGIC = Buffer.from('8a0a6cfc9c46f9206aa850192e', 'hex');
const LEGACY_MAGIC_AT = 2;

/**
 * Reads the tensors' places in a file that `torch.save` wrote (a zip around a pickle of a state dict).
 *
 * @throws {ModelError} unsafe_checkpoint naming a global other than tensors need; corrupt_checkpoint for everything broken;
 *   unsupported_model for big-endian files, files without a zip and tensors that are no contiguous view of their storage
 */
export async function readTorchFile(file: FileHandle, fileName: string): Promise<Map<string, StoredTensor>> {
  try {
    await refuseLegacy(file);
    const entries = await readZipDirectory(file);
    const root = rootOf(entries);
    await checkByteOrder(file, entries.get(`${root}byteorder`), fileName);
    const stateDict = unpickle(await readEntry(file, entries, `${root}data.pkl`), hostFor(fileName));
    return await locateAll(file, fileName, tensorsOf(stateDict), new StorageLocator(file, entries, `${root}data/`));
  } catch (error) {
    if (!(error instanceof TorchFileError)) throw error;
    throw new ModelError(error.kind, `${fileName}: ${error.message}`, { cause: error });
  }
}

async function refuseLegacy(file: FileHandle): Promise<void> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(LEGACY_MAGIC.length), 0, LEGACY_MAGIC.length, LEGACY_MAGIC_AT);
  if (bytesRead === LEGACY_MAGIC.length && LEGACY_MAGIC.equals(buffer))
    throw new TorchFileError('has the form that torch wrote before 1.6, without a zip; load it and save it again', 'unsupported_model');
}

function hostFor(fileName: string) {
  return {
    find(module: string, name: string): Callable {
      const known = TORCH_GLOBALS.get(`${module}.${name}`);
      if (known) return known;
      throw new ModelError(
        'unsafe_checkpoint',
        `${fileName}: its pickle asks for ${module}.${name}; only tensors are read, and nothing is called`
      );
    },
    persistent: storageOf
  };
}

function rootOf(entries: ReadonlyMap<string, ZipEntry>): string {
  for (const name of entries.keys()) if (/^[^/]*\/?data\.pkl$/.test(name)) return name.slice(0, -'data.pkl'.length);
  throw new TorchFileError('is a zip without data.pkl: torch.save did not write it');
}

async function readEntry(file: FileHandle, entries: ReadonlyMap<string, ZipEntry>, name: string): Promise<Uint8Array> {
  const entry = entries.get(name);
  if (!entry) throw new TorchFileError(`has no entry ${name}`);
  if (entry.bytes > PICKLE_LIMIT)
    throw new TorchFileError(`has an entry ${name} of ${entry.bytes} bytes, at most ${PICKLE_LIMIT} are read`);
  const { offset, bytes } = await locateEntry(file, entry);
  return await readExactly(file, offset, new Uint8Array(bytes));
}

async function checkByteOrder(file: FileHandle, entry: ZipEntry | undefined, fileName: string): Promise<void> {
  if (!entry || entry.bytes > 16) return;
  const { offset, bytes } = await locateEntry(file, entry);
  const order = Buffer.from(await readExactly(file, offset, new Uint8Array(bytes))).toString('latin1');
  if (order !== 'little')
    throw new ModelError('unsupported_model', `${fileName}: its byte order is ${JSON.stringify(order)}, only "little" is read`);
}

function tensorsOf(stateDict: unknown): [string, TorchTensor][] {
  if (!(stateDict instanceof Map)) throw new TorchFileError('is a pickle of something that is no dict of tensors');
  return [...stateDict].filter((item): item is [string, TorchTensor] => typeof item[0] === 'string' && item[1] instanceof TorchTensor);
}

async function locateAll(file: FileHandle, fileName: string, tensors: readonly [string, TorchTensor][], storages: StorageLocator) {
  const stored = new Map<string, StoredTensor>();
  for (const [name, tensor] of tensors) {
    const { dtype } = tensor.storage;
    const count = elementCount(tensor.dims);
    if (!isContiguous(tensor))
      throw new TorchFileError(
        `holds tensor ${name} as a view with strides [${tensor.strides.join(', ')}]; save it contiguous`,
        'unsupported_model'
      );
    if (tensor.firstElement + count > tensor.storage.elements)
      throw new TorchFileError(
        `gives tensor ${name} elements ${tensor.firstElement} to ${tensor.firstElement + count} of a storage of ${tensor.storage.elements}`
      );
    const storage = await storages.locate(tensor.storage.key, tensor.storage.elements * dtypeBytes(dtype));
    const offset = storage.offset + tensor.firstElement * dtypeBytes(dtype);
    stored.set(name, { dtype, dims: tensor.dims, offset, bytes: count * dtypeBytes(dtype), file, fileName });
  }
  return stored;
}

/** Finds storages in the zip, each once: tensors may share one. */
class StorageLocator {
  readonly #file: FileHandle;
  readonly #entries: ReadonlyMap<string, ZipEntry>;
  readonly #folder: string;
  readonly #found = new Map<string, FileRange>();

  constructor(file: FileHandle, entries: ReadonlyMap<string, ZipEntry>, folder: string) {
    this.#file = file;
    this.#entries = entries;
    this.#folder = folder;
  }

  async locate(key: string, bytes: number): Promise<FileRange> {
    const entry = this.#entries.get(`${this.#folder}${key}`);
    if (!entry) throw new TorchFileError(`has no entry ${this.#folder}${key} for a storage`);
    if (entry.bytes < bytes) throw new TorchFileError(`has ${entry.bytes} bytes in ${entry.name}, its storage takes ${bytes}`);
    const range = this.#found.get(key) ?? (await locateEntry(this.#file, entry));
    this.#found.set(key, range);
    return range;
  }
}

function isContiguous({ dims, strides }: TorchTensor): boolean {
  let expected = 1;
  for (let i = dims.length - 1; i >= 0; i--) {
    const dim = dims[i] as number;
    if (dim !== 1 && strides[i] !== expected) return false;
    expected *= dim;
  }
  return true;
}
