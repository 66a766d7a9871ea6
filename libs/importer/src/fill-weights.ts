import { type Description, hashBytes, type WeightsFile } from '@janus-mesh/bundle';
import type { BundleTensor } from '@janus-mesh/networks';
import type { Runtime } from '@janus-mesh/runtime';
import { elementCount } from '@janus-mesh/tensor';
import { CanonicalReader } from './canonical-reader.ts';
import type { LocatedTensor } from './checkpoint/located-tensor.ts';
import type { Checkpoint } from './checkpoint/open-checkpoint.ts';
import { computeTensors, neededForComputing } from './computed/compute-tensors.ts';
import type { ImportProgress } from './import-progress.ts';
import { revisionOf } from './revision.ts';
import { TensorWriter } from './tensor-writer.ts';

/** What filling a bundle's weights needs. */
export interface Filling {
  readonly checkpoint: Checkpoint;
  /** All tensors of the bundle. */
  readonly tensors: readonly BundleTensor[];
  /** Picture files the palette is learned from. */
  readonly samples: readonly string[];
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly progress: ImportProgress;
  readonly runtime: Runtime;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads, lays out, computes and writes every tensor of a bundle. What others are computed from comes first, so that the memory
 * computing takes is free again before the large tensors need it.
 *
 * @returns what the weights are, by their contents
 */
export async function fillWeights(weights: WeightsFile, filling: Filling): Promise<Omit<Description, 'name'>> {
  const { checkpoint, tensors, samples, progress, runtime, onWarning, signal } = filling;
  const { model } = checkpoint.config;
  const reader = new CanonicalReader(checkpoint.located.tensors, (bytes, name) => {
    signal?.throwIfAborted();
    progress.add(bytes, name);
  });
  const writer = new TensorWriter(reader, weights, tensors);
  const needed = neededForComputing(model);
  const [first, later] = [tensors.filter(({ name }) => needed.has(name)), tensors.filter(({ name }) => !needed.has(name))];
  for (const tensor of first) await writer.write(tensor);
  await computeTensors(tensors, { runtime, weights, config: model, samples, progress, onWarning, signal });
  for (const tensor of later) if (tensor.source.kind !== 'computed') await writer.write(tensor);
  return await describe(checkpoint, reader);
}

async function describe({ config, kind, located, tokenizerJson }: Checkpoint, reader: CanonicalReader): Promise<Omit<Description, 'name'>> {
  const canonical = [...located.tensors.values()];
  const sums = new Map<string, string>();
  for (const { name } of canonical) sums.set(name, await reader.sum(name));
  return {
    revision: revisionOf({ tensors: canonical, sums, tokenizerSha256: hashBytes(tokenizerJson), config: config.model }),
    quantization: 'f32',
    parameters: canonical.reduce((sum, { dims }) => sum + elementCount(dims), 0),
    source: { layout: config.layout, weights: kind, dtype: commonType(canonical) },
    config: config.model
  };
}

/** The float type of most elements. */
function commonType(tensors: readonly LocatedTensor[]): string {
  const elements = new Map<string, number>();
  for (const { dtype, dims } of tensors) elements.set(dtype, (elements.get(dtype) ?? 0) + elementCount(dims));
  return [...elements].reduce((most, entry) => (entry[1] > most[1] ? entry : most), ['f32', 0])[0];
}
