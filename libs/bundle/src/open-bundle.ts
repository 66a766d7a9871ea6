import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '@janus-mesh/models';
import { FILES, sumsOf } from './bundle-files.ts';
import { hashBytes } from './hash-file.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { readSafetensorsHeader, SafetensorsError, type SafetensorsHeader, type TensorExtent } from './safetensors-header.ts';

/** A model on disk, checked as far as that is cheap. */
export interface Bundle {
  readonly dir: string;
  readonly manifest: Manifest;
  /** Where each tensor lies in the weights file. */
  readonly tensors: ReadonlyMap<string, TensorExtent>;
  readonly weightsPath: string;
  readonly tokenizerPath: string;
}

/**
 * Opens a bundle. Checked are the sums of the small files, the size of the weights and the sum of their header; a change within
 * the weights themselves shows in `verifyBundle` only.
 *
 * @throws {ModelError} missing_file, corrupt_bundle or unsupported_bundle, naming file, expected and found
 */
export async function openBundle(dir: string): Promise<Bundle> {
  const manifestBytes = await readPart(dir, FILES.manifest);
  const sums = (await readPart(dir, FILES.sums)).toString('utf8');
  checkSum(sums, FILES.manifest, hashBytes(manifestBytes));
  const manifest = parseManifest(manifestBytes.toString('utf8'));
  checkTokenizer(await readPart(dir, FILES.tokenizer), manifest);
  checkSum(sums, FILES.tokenizer, manifest.tokenizer.sha256);
  checkSum(sums, FILES.weights, manifest.weights.sha256);
  if (sums !== sumsOf(manifestBytes, manifest)) throw new ModelError('corrupt_bundle', `${FILES.sums}: has more than its three lines`);
  const { tensors } = await readWeightsHeader(dir, manifest);
  return { dir, manifest, tensors, weightsPath: join(dir, FILES.weights), tokenizerPath: join(dir, FILES.tokenizer) };
}

function checkSum(sums: string, file: string, found: string): void {
  const line = sums.split('\n').find((entry) => entry.slice(64) === `  ${file}`);
  if (!line) throw new ModelError('corrupt_bundle', `${FILES.sums}: has no line for ${file}`);
  if (line.slice(0, 64) !== found)
    throw new ModelError('corrupt_bundle', `${FILES.sums}: says ${line.slice(0, 64)} for ${file}, expected ${found}`);
}

function checkTokenizer(bytes: Uint8Array, { tokenizer }: Manifest): void {
  const sum = hashBytes(bytes);
  if (sum !== tokenizer.sha256)
    throw new ModelError('corrupt_bundle', `${FILES.tokenizer}: sha256 is ${sum}, ${FILES.manifest} says ${tokenizer.sha256}`);
}

async function readWeightsHeader(dir: string, { weights }: Manifest): Promise<SafetensorsHeader> {
  const file = await open(join(dir, FILES.weights)).catch((error) => missing(dir, FILES.weights, error));
  try {
    const { size } = await file.stat();
    if (size !== weights.bytes)
      throw new ModelError('corrupt_bundle', `${FILES.weights}: has ${size} bytes, ${FILES.manifest} says ${weights.bytes}`);
    const header = await readSafetensorsHeader(file);
    const sum = hashBytes(header.raw);
    if (sum !== weights.headerSha256)
      throw new ModelError(
        'corrupt_bundle',
        `${FILES.weights}: sha256 of the header is ${sum}, ${FILES.manifest} says ${weights.headerSha256}`
      );
    return header;
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw new ModelError('corrupt_bundle', `${FILES.weights}: ${error.message}`, { cause: error });
  } finally {
    await file.close();
  }
}

async function readPart(dir: string, file: string): Promise<Buffer> {
  return await readFile(join(dir, file)).catch((error) => missing(dir, file, error));
}

function missing(dir: string, file: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
  throw new ModelError('missing_file', `${file} is missing in the bundle ${dir}`, { cause: error });
}
