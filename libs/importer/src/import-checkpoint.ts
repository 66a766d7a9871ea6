import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type Manifest, refuseExisting } from '@janus-mesh/bundle';
import { elementCount } from '@janus-mesh/tensor';
import { CanonicalReader } from './canonical-reader.ts';
import type { FloatType, LocatedTensor } from './checkpoint/located-tensor.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint/open-checkpoint.ts';
import type { WeightsKind } from './checkpoint/open-weights.ts';
import { samplePictures } from './computed/sample-pictures.ts';
import type { ImportSource } from './import-source.ts';
import { type BundleOptions, makeBundle } from './make-bundle.ts';

/** How a checkpoint is imported. */
export interface ImportOptions extends BundleOptions {
  /** Which weights to read where both lie in the folder. @default safetensors */
  readonly weights?: WeightsKind | undefined;
  /** Folder of pictures that the colours of previews are learned from. @default the checkpoint's own folder `pictures` */
  readonly pictures?: string | undefined;
  /** Name of the model. @default the checkpoint folder's */
  readonly name?: string | undefined;
}

/**
 * Turns a checkpoint (Hugging Face or original layout, safetensors or torch) into a bundle. It is checked whole before anything is
 * written, read tensor by tensor (memory holds the largest as f32, and little more), and the bundle appears at once or not at all.
 *
 * @param folder of the checkpoint
 * @param dir folder of the bundle to make
 * @throws {ModelError} naming file, tensor or field, expected and found; bundle_exists if something lies at `dir`
 */
export async function importCheckpoint(folder: string, dir: string, options: ImportOptions = {}): Promise<Manifest> {
  await refuseExisting(dir, options);
  const checkpoint = await openCheckpoint(folder, options.weights);
  try {
    warnOfUnknown(checkpoint, options);
    const own = join(folder, 'pictures');
    const pictures = options.pictures ?? (existsSync(own) ? own : undefined);
    const samples = pictures === undefined ? [] : await samplePictures(pictures);
    return await makeBundle(sourceOf(checkpoint, samples), options.name ?? basename(resolve(folder)), dir, options);
  } finally {
    await checkpoint.close();
  }
}

function sourceOf({ config, kind, located, tokenizerJson }: Checkpoint, samples: readonly string[]): ImportSource {
  const tensors = [...located.tensors.values()];
  return {
    model: config.model,
    tokenizerJson,
    origin: { layout: config.layout, weights: kind, dtype: commonType(tensors) },
    tensors,
    embedding: located.tensors.get('language_model.embed_tokens.weight')?.dtype ?? 'f32',
    samples,
    hasPalette: true,
    openReader: (onBytes) => new CanonicalReader(located.tensors, onBytes)
  };
}

/** The float type of most elements. */
function commonType(tensors: readonly LocatedTensor[]): FloatType {
  const elements = new Map<FloatType, number>();
  for (const { dtype, dims } of tensors) elements.set(dtype, (elements.get(dtype) ?? 0) + elementCount(dims));
  return [...elements].reduce<[FloatType, number]>((most, entry) => (entry[1] > most[1] ? entry : most), ['f32', 0])[0];
}

function warnOfUnknown({ located }: Checkpoint, { onWarning }: ImportOptions): void {
  const { unknown } = located;
  if (unknown.length === 0) return;
  const shown = unknown.slice(0, 5).join(', ');
  onWarning?.(`${unknown.length} tensors are ignored, as no Janus has them: ${shown}${unknown.length > 5 ? ', ...' : ''}`);
}
