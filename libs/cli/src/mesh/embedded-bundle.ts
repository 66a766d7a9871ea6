import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BUNDLE_VERSION } from '@janus-mesh/bundle';
import { VERSION } from '@janus-mesh/contracts';
import { importCheckpoint } from '@janus-mesh/importer';
import { makeOnce } from './make-once.ts';

/** Told how an import goes: bytes read, bytes in all, and the tensor at hand. */
export type ImportProgress = (done: number, total: number, tensor: string) => void;

/** How the embedded bundle is made, if it is not there. */
export interface EmbeddedOptions {
  readonly onProgress: ImportProgress;
  /** Told once, with the lock's path, if another process is at it. */
  readonly onWait?: ((lock: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The bundle of a checkpoint that ships with the project. The first process that asks imports it; others on this machine
 * wait for it under a lock. A changed checkpoint gets another folder.
 *
 * @param checkpoint folder of the checkpoint
 * @param home folder bundles are kept in
 * @returns folder of the bundle
 */
export async function embeddedBundle(checkpoint: string, home: string, { onProgress, onWait, signal }: EmbeddedOptions): Promise<string> {
  const bundles = join(home, 'bundles');
  const bundle = join(bundles, `${basename(checkpoint)}-${digest(checkpoint)}`);
  const options = { quantize: 'f32', name: basename(checkpoint), signal, onProgress: toProgress(onProgress) } as const;
  await makeOnce(bundle, () => importCheckpoint(checkpoint, bundle, options), { onWait, signal });
  return bundle;
}

function toProgress(onProgress: ImportProgress) {
  return (event: { done: number; total: number; tensor: string }) => onProgress(event.done, event.total, event.tensor);
}

/** Tells bundles apart: the first 12 hexadecimal digits of a sha256 over our version, that of bundles, and the checkpoint's files. */
function digest(checkpoint: string): string {
  const hash = createHash('sha256').update(`${VERSION} ${BUNDLE_VERSION}`);
  const files = readdirSync(checkpoint, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort()) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 12);
}
