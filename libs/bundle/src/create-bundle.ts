import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ModelError } from '@janus-mesh/models';
import { FILES, sumsOf } from './bundle-files.ts';
import { type HashOptions, hashBytes } from './hash-file.ts';
import { type Description, type Manifest, makeManifest } from './manifest.ts';
import { makePartialFolder, moveIntoPlace } from './partial-folder.ts';
import { type TensorDeclaration, WeightsFile } from './weights-file.ts';

const BUNDLE_FILES: ReadonlySet<string> = new Set(Object.values(FILES));

/** What a bundle is made of. */
export interface BundleContents {
  /** Every tensor of its weights; places in the file follow from it. */
  readonly tensors: readonly TensorDeclaration[];
  readonly tokenizerJson: Uint8Array;
  /** Fills the weights, all of them, and says what they are. */
  readonly write: (weights: WeightsFile) => Promise<Description>;
}

/** How a bundle is made. */
export interface CreateOptions extends HashOptions {
  /** Whether a bundle that lies there is replaced. */
  readonly overwrite?: boolean | undefined;
}

/**
 * Makes a bundle at once or not at all: it grows in a folder beside `dir`, is put on disk and only then gets its name. A process
 * killed on the way leaves a folder that does not open, which the next run removes.
 *
 * @param options.onProgress told how far the finished weights are hashed
 * @throws {ModelError} bundle_exists if something lies at `dir` that may not be replaced; whatever `write` throws
 */
export async function createBundle(dir: string, contents: BundleContents, options: CreateOptions = {}): Promise<Manifest> {
  await refuseExisting(dir, options);
  const folder = await makePartialFolder(dir);
  try {
    const manifest = await fill(folder, contents, options);
    await syncFolder(folder);
    await refuseExisting(dir, options);
    await moveIntoPlace(folder, dir);
    await syncFolder(dirname(resolve(dir)));
    return manifest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Refuses to put a bundle where it must not go; what `createBundle` does first, for callers that have much to do before.
 *
 * @throws {ModelError} bundle_exists if the folder has anything in it and is no bundle to be replaced, or more than one
 */
export async function refuseExisting(dir: string, { overwrite = false }: Pick<CreateOptions, 'overwrite'>): Promise<void> {
  const entries: string[] = await readdir(resolve(dir)).catch((error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  if (entries.length === 0) return;
  if (!entries.includes(FILES.manifest))
    throw new ModelError(
      'bundle_exists',
      `${resolve(dir)} is not empty and holds no ${FILES.manifest}: it is no bundle, and is not replaced`
    );
  const foreign = entries.find((name) => !BUNDLE_FILES.has(name));
  if (foreign !== undefined)
    throw new ModelError(
      'bundle_exists',
      `${dir} holds ${foreign}, which no bundle has, and is not replaced: move it away, or choose another folder`
    );
  if (!overwrite)
    throw new ModelError('bundle_exists', `${dir} holds a bundle already; replace it with --overwrite, or choose another folder`);
}

async function fill(folder: string, { tensors, tokenizerJson, write }: BundleContents, options: HashOptions): Promise<Manifest> {
  const weightsPath = join(folder, FILES.weights);
  const weights = await WeightsFile.create(weightsPath, tensors);
  const [description, sha256] = await describedAndSummed(weights, write, options).finally(() => weights.close());
  const { bytes, headerBytes, headerSha256 } = weights;
  const manifest = makeManifest(description, {
    weights: { bytes, headerBytes, headerSha256, sha256 },
    tokenizer: { bytes: tokenizerJson.byteLength, sha256: hashBytes(tokenizerJson) }
  });
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeSynced(join(folder, FILES.tokenizer), tokenizerJson);
  await writeSynced(join(folder, FILES.sums), Buffer.from(sumsOf(text, manifest)));
  await writeSynced(join(folder, FILES.manifest), Buffer.from(text));
  return manifest;
}

async function describedAndSummed(
  weights: WeightsFile,
  write: BundleContents['write'],
  options: HashOptions
): Promise<readonly [Description, string]> {
  const description = await write(weights);
  return [description, await weights.sum(options)];
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  await closing(await open(path, 'wx'), async (file) => {
    await file.writeFile(bytes);
    await file.sync();
  });
}

async function syncFolder(path: string): Promise<void> {
  await closing(await open(path), (file) => file.sync());
}

async function closing(file: FileHandle, work: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(file);
  } finally {
    await file.close();
  }
}
