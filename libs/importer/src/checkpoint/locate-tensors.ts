import { isIgnoredTensor, ModelError, type SourceTensor } from '@janus-mesh/models';
import { dtypeBytes, elementCount } from '@janus-mesh/tensor';
import type { FloatType, LocatedTensor } from './located-tensor.ts';
import type { StoredTensor, StoredTensors } from './stored-tensor.ts';

const EMBEDDINGS = 'language_model.embed_tokens.weight';

/** Canonical tensors with their places in the checkpoint's files. */
export interface Located {
  readonly tensors: ReadonlyMap<string, LocatedTensor>;
  /** Names of stored tensors that nothing here knows. */
  readonly unknown: readonly string[];
}

/**
 * Finds every tensor of a model in a checkpoint, and checks it: nothing is read before all are known to be there in their shapes.
 *
 * @param tiesHead whether the embedding table stands in for a text head that is not stored
 * @throws {ModelError} missing_tensor, shape_mismatch or unsupported_model, naming file, tensor, expected and found
 */
export function locateTensors(stored: StoredTensors, sources: readonly SourceTensor[], tiesHead: boolean): Located {
  const used = new Set<string>();
  const missing: string[] = [];
  const tensors = new Map<string, LocatedTensor>();
  const pairs: { source: SourceTensor; name: string; tensor: StoredTensor }[] = [];
  for (const source of sources) {
    const name = nameOf(source, stored) ?? (tiesHead && isHead(source) ? embeddingName(sources, stored) : undefined);
    const tensor = name === undefined ? undefined : stored.tensors.get(name);
    if (name === undefined || !tensor) missing.push(source.names[0] as string);
    else pairs.push({ source, name, tensor });
  }
  if (missing.length > 0) throw lacking(stored, missing, sources.length);
  for (const { source, name, tensor } of pairs) {
    used.add(name);
    tensors.set(source.canonical.name, locate(source, name, tensor));
  }
  return { tensors, unknown: [...stored.tensors.keys()].filter((name) => !used.has(name) && !isIgnoredTensor(name)) };
}

function nameOf(source: SourceTensor, stored: StoredTensors): string | undefined {
  return source.names.find((name) => stored.tensors.has(name));
}

function isHead({ canonical }: SourceTensor): boolean {
  return canonical.name === 'lm_head.weight';
}

function embeddingName(sources: readonly SourceTensor[], stored: StoredTensors): string | undefined {
  const embeddings = sources.find(({ canonical }) => canonical.name === EMBEDDINGS);
  return embeddings && nameOf(embeddings, stored);
}

function lacking(stored: StoredTensors, missing: readonly string[], count: number): ModelError {
  const shown = missing.slice(0, 5).join(', ');
  const rest = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
  return new ModelError('missing_tensor', `${stored.fileName}: ${missing.length} of ${count} tensors are missing: ${shown}${rest}`);
}

function locate(source: SourceTensor, name: string, stored: StoredTensor): LocatedTensor {
  const { canonical, dims } = source;
  if (stored.dims.length !== dims.length || !dims.every((dim, i) => dim === stored.dims[i]))
    throw new ModelError(
      'shape_mismatch',
      `${stored.fileName}: tensor ${name} has shape [${stored.dims.join(', ')}], config.json asks for [${dims.join(', ')}]`
    );
  const { dtype } = stored;
  if (!isFloatType(dtype))
    throw new ModelError('unsupported_model', `${stored.fileName}: tensor ${name} is stored as ${dtype}; f32, f16 and bf16 are read`);
  const width = dtypeBytes(dtype);
  const rowBytes = elementCount(canonical.dims.slice(1)) * width;
  const bytes = elementCount(canonical.dims) * width;
  return { ...canonical, dtype, file: stored.file, fileName: stored.fileName, offset: stored.offset + source.firstRow * rowBytes, bytes };
}

function isFloatType(dtype: string): dtype is FloatType {
  return dtype === 'f32' || dtype === 'f16' || dtype === 'bf16';
}
