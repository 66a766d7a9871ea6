import { type Manifest, refuseExisting } from '@janus-mesh/bundle';
import { canonicalTensors, readModelConfig } from '@janus-mesh/models';
import type { ImportSource } from '../import-source.ts';
import { type BundleOptions, makeBundle } from '../make-bundle.ts';
import { type PublishedName, publishedDocuments } from './published-models.ts';
import { SyntheticReader } from './synthetic-reader.ts';

/** How a bundle of random weights is made. */
export interface SyntheticOptions extends BundleOptions {
  /** The same seed gives the same model, in every form. A whole number from 0. @default 1 */
  readonly seed?: number | undefined;
  /** Name of the model. @default synthetic-janus-pro-1b and the like */
  readonly name?: string | undefined;
}

/**
 * Makes a bundle of a published model's true size with random weights, for benchmarks and planning: what it says and draws means nothing,
 * what it takes is what the real one takes.
 *
 * @param dir folder of the bundle to make
 * @throws {ModelError} bundle_exists if something lies at `dir`
 */
export async function importSynthetic(size: PublishedName, dir: string, options: SyntheticOptions = {}): Promise<Manifest> {
  await refuseExisting(dir, options);
  return await makeBundle(syntheticSource(size, options.seed ?? 1), options.name ?? `synthetic-${size}`, dir, options);
}

function syntheticSource(size: PublishedName, seed: number): ImportSource {
  const documents = publishedDocuments(size);
  const { model, layout } = readModelConfig(documents);
  const tensors = canonicalTensors(model);
  return {
    model,
    tokenizerJson: Buffer.from(JSON.stringify(documents.tokenizer)),
    origin: { layout, weights: 'synthetic', dtype: 'bf16' },
    tensors,
    embedding: 'bf16',
    samples: [],
    hasPalette: false,
    openReader: (onBytes) => new SyntheticReader(tensors, seed, onBytes)
  };
}
