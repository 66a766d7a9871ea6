import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { createBundle, type Manifest, refuseExisting, type WeightsFile } from '@janus-mesh/bundle';
import { bundleTensors } from '@janus-mesh/networks';
import { openRuntime, type Runtime } from '@janus-mesh/runtime';
import { type Checkpoint, openCheckpoint } from './checkpoint/open-checkpoint.ts';
import type { WeightsKind } from './checkpoint/open-weights.ts';
import { palettePictures } from './computed/learn-palette.ts';
import { samplePictures } from './computed/sample-pictures.ts';
import { fillWeights } from './fill-weights.ts';
import { type ImportEvent, ImportProgress } from './import-progress.ts';

/** How a checkpoint is imported. */
export interface ImportOptions {
  /** Which weights to read where both lie in the folder. @default safetensors */
  readonly weights?: WeightsKind | undefined;
  /** Folder of pictures that the colours of previews are learned from. @default the checkpoint's own folder `pictures` */
  readonly pictures?: string | undefined;
  /** Name of the model. @default the checkpoint folder's */
  readonly name?: string | undefined;
  /** Whether a bundle that lies at the target is replaced. @default false */
  readonly overwrite?: boolean | undefined;
  readonly onProgress?: ((event: ImportEvent) => void) | undefined;
  /** Told what is odd but does no harm: tensors that no Janus has, sample pictures that are none. */
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What tensors are computed with. @default one opened with as many threads as there are cores */
  readonly runtime?: Runtime | undefined;
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
    return await bundleOf(checkpoint, dir, { ...options, samples, name: options.name ?? basename(resolve(folder)) });
  } finally {
    await checkpoint.close();
  }
}

async function bundleOf(
  checkpoint: Checkpoint,
  dir: string,
  options: ImportOptions & { name: string; samples: readonly string[] }
): Promise<Manifest> {
  const { name, samples, overwrite, signal, onProgress, onWarning, runtime = openRuntime({ threads: availableParallelism() }) } = options;
  const { model } = checkpoint.config;
  const tensors = bundleTensors(model);
  const progress = new ImportProgress(tensors, model, palettePictures(model, samples), onProgress);
  const write = async (weights: WeightsFile) => ({
    name,
    ...(await fillWeights(weights, { checkpoint, tensors, samples, progress, runtime, onWarning, signal }))
  });
  let hashed = 0;
  const onHashed = ({ done }: { done: number }) => {
    progress.add(done - hashed, '');
    hashed = done;
  };
  return await createBundle(dir, { tensors, tokenizerJson: checkpoint.tokenizerJson, write }, { overwrite, signal, onProgress: onHashed });
}

function warnOfUnknown({ located }: Checkpoint, { onWarning }: ImportOptions): void {
  const { unknown } = located;
  if (unknown.length === 0) return;
  const shown = unknown.slice(0, 5).join(', ');
  onWarning?.(`${unknown.length} tensors are ignored, as no Janus has them: ${shown}${unknown.length > 5 ? ', ...' : ''}`);
}
