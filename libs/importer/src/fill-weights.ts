import { type Description, hashBytes, type WeightsFile } from '@janus-mesh/bundle';
import { limitsOf, type ModelConfig, type Quantization } from '@janus-mesh/models';
import type { BundleTensor } from '@janus-mesh/networks';
import type { Runtime } from '@janus-mesh/runtime';
import { bytesOf, elementCount } from '@janus-mesh/tensor';
import { computeTensors } from './computed/compute-tensors.ts';
import type { ImportProgress } from './import-progress.ts';
import type { ImportSource } from './import-source.ts';
import { revisionOf } from './revision.ts';
import type { TensorReader } from './tensor-reader.ts';
import { TensorWriter } from './tensor-writer.ts';
import { fillingOrder } from './writing-order.ts';

/** What filling a bundle's weights needs. */
export interface Filling {
  readonly source: ImportSource;
  readonly reader: TensorReader;
  readonly config: ModelConfig & { readonly quantization: Quantization };
  /** All tensors of the bundle, in the order of their places: computed ones after all they are computed from. */
  readonly tensors: readonly BundleTensor[];
  /** Contents of the calibrated ones, by name. */
  readonly cacheScales: ReadonlyMap<string, Float32Array>;
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly progress: ImportProgress;
  readonly runtime: Runtime;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads, lays out, quantises, computes and writes every tensor of a bundle.
 *
 * @returns what the weights are, by their contents
 */
export async function fillWeights(weights: WeightsFile, filling: Filling): Promise<Omit<Description, 'name'>> {
  const { source, reader, config, tensors, cacheScales, progress, runtime, onWarning, signal } = filling;
  const writer = new TensorWriter(reader, weights, tensors);
  const computed = tensors.filter((tensor) => tensor.source.kind === 'computed');
  for (const tensor of fillingOrder(tensors)) {
    if (tensor === computed[0]) {
      await writer.finish(); // they are computed from what is in the file
      await computeTensors(computed, { runtime, weights, config, source, progress, onWarning, signal });
    }
    if (tensor.source.kind === 'computed') continue;
    if (tensor.source.kind === 'calibrated') await weights.write(tensor.name, 0, bytesOf(scalesFor(tensor, cacheScales)));
    else await writer.write(tensor);
  }
  await writer.finish();
  return await describe(source, reader, config.quantization);
}

function scalesFor({ name }: BundleTensor, scales: ReadonlyMap<string, Float32Array>): Float32Array {
  const found = scales.get(name);
  if (!found) throw new RangeError(`no scales were measured for ${name}`);
  return found;
}

async function describe(
  { model, origin, tensors, tokenizerJson }: ImportSource,
  reader: TensorReader,
  quantization: Quantization
): Promise<Omit<Description, 'name'>> {
  const sums = new Map<string, string>();
  for (const { name } of tensors) sums.set(name, await reader.sum(name));
  return {
    revision: revisionOf({ tensors, sums, tokenizerSha256: hashBytes(tokenizerJson), config: model }),
    quantization,
    limits: limitsOf(quantization.scheme),
    parameters: tensors.reduce((sum, { dims }) => sum + elementCount(dims), 0),
    source: origin,
    config: model
  };
}
