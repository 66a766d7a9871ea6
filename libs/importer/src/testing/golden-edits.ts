import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './golden-folder.ts';
import { type PlainTensor, readPlainTensors } from './plain-tensors.ts';
import { readZip } from './read-zip.ts';
import { writeSafetensors } from './safetensors-writer.ts';
import { writeZip } from './zip-writer.ts';

/** A change to a checkpoint, as the goldens' `bad_checkpoints` list them. */
export interface Edit {
  readonly op: string;
  readonly file?: string;
  readonly tensor?: string;
  readonly entry?: string;
  readonly hex?: string;
  readonly offset?: number;
  readonly keep_fraction?: number;
  readonly keep_bytes?: number;
  readonly path?: readonly string[];
  readonly value?: unknown;
  readonly content?: string;
  readonly id?: number;
}

/** A checkpoint that must be refused. */
export interface BadCheckpoint {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly expect: string;
  readonly mentions?: string;
}

/** Makes the changes in order. */
export async function applyEdits(folder: string, edits: readonly Edit[]): Promise<void> {
  for (const edit of edits) await apply(folder, edit);
}

async function apply(folder: string, edit: Edit): Promise<void> {
  const path = join(folder, edit.file ?? 'model.safetensors');
  switch (edit.op) {
    case 'truncate':
      return truncateSync(path, edit.keep_bytes ?? Math.floor(readFileSync(path).byteLength * (edit.keep_fraction ?? 1)));
    case 'overwrite':
      return overwrite(path, edit.offset ?? 0, Buffer.from(edit.hex ?? '', 'hex'));
    case 'drop_tensor':
      return rewrite(path, (tensors) => tensors.filter(({ name }) => name !== edit.tensor));
    case 'transpose_tensor':
      return rewrite(path, (tensors) => tensors.map((tensor) => (tensor.name === edit.tensor ? transposed(tensor) : tensor)));
    case 'remove_file':
      return rmSync(path);
    case 'set_json':
      return setJson(path, edit.path ?? [], edit.value);
    case 'remove_added_token':
      return editTokens(path, (tokens) => tokens.filter(({ content }) => content !== edit.content));
    case 'set_added_token_id':
      return editTokens(path, (tokens) => tokens.map((token) => (token.content === edit.content ? { ...token, id: edit.id } : token)));
    case 'replace_zip_entry':
      return await replaceEntry(path, edit.entry ?? '', Buffer.from(edit.hex ?? '', 'hex'));
    default:
      throw new Error(`no such edit: ${edit.op}`);
  }
}

/** Writes tensors as a safetensors file. */
export function writePlainTensors(path: string, tensors: readonly PlainTensor[]): void {
  writeSafetensors(
    path,
    tensors.map((tensor) => ({ ...tensor, bytes: () => [tensor.bytes] }))
  );
}

function rewrite(path: string, change: (tensors: PlainTensor[]) => PlainTensor[]): void {
  writePlainTensors(path, change(readPlainTensors(path)));
}

function transposed(tensor: PlainTensor): PlainTensor {
  const [rows = 0, columns = 0] = tensor.dims;
  const from = new Uint16Array(new Uint8Array(tensor.bytes).buffer);
  const to = from.map((_, i) => from[(i % rows) * columns + Math.floor(i / rows)] as number);
  return { ...tensor, dims: [columns, rows], bytes: new Uint8Array(to.buffer) };
}

function overwrite(path: string, offset: number, bytes: Buffer): void {
  const file = readFileSync(path);
  bytes.copy(file, offset);
  writeFileSync(path, file);
}

function setJson(path: string, keys: readonly string[], value: unknown): void {
  const document = readJson(path);
  const parent = keys.slice(0, -1).reduce((object, key) => object[key], document);
  parent[keys.at(-1) ?? ''] = value;
  writeFileSync(path, JSON.stringify(document));
}

function editTokens(path: string, change: (tokens: { content: string; id?: number | undefined }[]) => unknown[]): void {
  const document = readJson(path);
  writeFileSync(path, JSON.stringify({ ...document, added_tokens: change(document.added_tokens) }));
}

async function replaceEntry(path: string, entry: string, bytes: Buffer): Promise<void> {
  const entries = await readZip(path);
  writeFileSync(path, writeZip(entries.map(([name, old]) => [name, name === entry ? bytes : old])));
}
