import { ModelError } from '@janus-mesh/models';
import { FILES } from './bundle-files.ts';
import { type HashOptions, hashFile } from './hash-file.ts';
import { type Bundle, openBundle } from './open-bundle.ts';

/**
 * Opens a bundle and hashes its weights: every bit is checked.
 *
 * @throws {ModelError} as `openBundle`, and corrupt_bundle if the weights' sum differs
 */
export async function verifyBundle(dir: string, options: HashOptions = {}): Promise<Bundle> {
  const bundle = await openBundle(dir);
  const found = await hashFile(bundle.weightsPath, options);
  const { sha256 } = bundle.manifest.weights;
  if (found !== sha256) throw new ModelError('corrupt_bundle', `${FILES.weights}: sha256 is ${found}, ${FILES.sums} says ${sha256}`);
  return bundle;
}
