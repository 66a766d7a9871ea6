import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openBundle } from '@janus-mesh/bundle';
import { type ImportOptions, importCheckpoint, importSynthetic, PUBLISHED_MODELS, type PublishedName } from '@janus-mesh/importer';
import { writeSyntheticCheckpoint } from '../../libs/importer/src/testing/synthetic-checkpoint.ts';
import { CHECKPOINTS } from '../support/mesh.ts';
import type { BundleForm, Bundles } from './bench.ts';

/** A small language model with the real vocabulary, small vision: for watching the bench itself, and the event loop while sampling. */
const SMALL = { hidden_size: 512, intermediate_size: 1408, num_hidden_layers: 4, vocab_size: 102_400 };

const QUANTIZE = {
  w8a8: { quantize: 'w8a8' },
  w4: { quantize: 'w4' },
  'w4 b128': { quantize: 'w4', block: 128 }
} as const satisfies Record<BundleForm, ImportOptions>;

/**
 * Bundles of a model with random weights, kept in a folder between runs.
 *
 * @param model `small`, or a published one's name
 */
export async function syntheticBundles(model: string, cache: string, say: (message: string) => void): Promise<Bundles> {
  const of = async (form: BundleForm) => {
    const bundle = join(cache, `${model}-${form.replace(' ', '-')}`);
    if (await isUsable(bundle)) return bundle;
    await mkdir(cache, { recursive: true });
    say(`making ${model} with random weights, ${form}`);
    await (model === 'small' ? makeSmall(bundle, form) : importSynthetic(published(model), bundle, { ...QUANTIZE[form], overwrite: true }));
    return bundle;
  };
  const { manifest } = await openBundle(await of('w8a8'));
  return { config: manifest.config, of };
}

// One that an older version made is made anew.
async function isUsable(bundle: string): Promise<boolean> {
  if (!existsSync(bundle)) return false;
  return await openBundle(bundle).then(
    () => true,
    () => false
  );
}

async function makeSmall(bundle: string, form: BundleForm): Promise<void> {
  const checkpoint = `${bundle}.checkpoint`;
  try {
    writeSyntheticCheckpoint(checkpoint, CHECKPOINTS.tinyPro, SMALL);
    await importCheckpoint(checkpoint, bundle, { name: 'small', ...QUANTIZE[form], overwrite: true });
  } finally {
    await rm(checkpoint, { recursive: true, force: true });
  }
}

function published(model: string): PublishedName {
  if (model in PUBLISHED_MODELS) return model as PublishedName;
  throw new Error(`--model ${model}: expected small, ${Object.keys(PUBLISHED_MODELS).join(', ')}`);
}
