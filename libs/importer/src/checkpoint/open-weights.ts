import type { FileHandle } from 'node:fs/promises';
import { ModelError } from '@janus-mesh/models';
import { readTorchFile } from '../torch/read-torch-file.ts';
import { fileExists, openFile } from './files.ts';
import { readSafetensors } from './read-safetensors.ts';
import { readShardIndex } from './shard-index.ts';
import type { StoredTensor, StoredTensors, WeightFileReader } from './stored-tensor.ts';

/** Kinds of weight files. */
export type WeightsKind = StoredTensors['kind'];

interface Form {
  readonly kind: WeightsKind;
  readonly fileName: string;
  readonly read: WeightFileReader;
}

/** In the order they are looked for; each may stand alone or be an index of shards. */
const FORMS: readonly Form[] = [
  { kind: 'safetensors', fileName: 'model.safetensors', read: readSafetensors },
  { kind: 'torch', fileName: 'pytorch_model.bin', read: readTorchFile }
];

/**
 * Opens a checkpoint's weights: one file or shards with an index. Where both kinds lie in the folder, safetensors wins.
 *
 * @param kind only weights of this kind
 * @throws {ModelError} missing_file, corrupt_checkpoint or unsafe_checkpoint, naming the file
 */
export async function openWeights(folder: string, kind?: WeightsKind): Promise<StoredTensors> {
  const forms = FORMS.filter((form) => kind === undefined || form.kind === kind);
  for (const form of forms) {
    if (await fileExists(folder, form.fileName)) return await openWhole(folder, form);
    const indexName = `${form.fileName}.index.json`;
    if (await fileExists(folder, indexName)) return await openShards(folder, form, indexName);
  }
  const names = forms.map(({ fileName }) => `no ${fileName} (or ${fileName}.index.json)`);
  throw new ModelError('missing_file', `no weights in ${folder}: ${names.join(', ')}`);
}

async function openWhole(folder: string, form: Form): Promise<StoredTensors> {
  const file = await openFile(folder, form.fileName);
  try {
    const tensors = await form.read(file, form.fileName);
    return { kind: form.kind, fileName: form.fileName, tensors, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openShards(folder: string, form: Form, indexName: string): Promise<StoredTensors> {
  const shards = await readShardIndex(folder, indexName);
  const files: FileHandle[] = [];
  const close = async () => {
    await Promise.all(files.map((file) => file.close()));
  };
  try {
    const tensors = new Map<string, StoredTensor>();
    for (const [shard, names] of shards) {
      const file = await openFile(folder, shard, `${indexName} names it`);
      files.push(file);
      take(tensors, await form.read(file, shard), { shard, names, indexName });
    }
    return { kind: form.kind, fileName: indexName, tensors, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function take(
  into: Map<string, StoredTensor>,
  stored: ReadonlyMap<string, StoredTensor>,
  { shard, names, indexName }: { shard: string; names: readonly string[]; indexName: string }
): void {
  for (const name of names) {
    const tensor = stored.get(name);
    if (!tensor) throw new ModelError('missing_tensor', `${shard}: tensor ${name} is missing, ${indexName} says it is there`);
    into.set(name, tensor);
  }
}
