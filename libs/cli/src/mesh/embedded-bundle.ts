import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { VERSION } from '@janus-mesh/contracts';
import { importCheckpoint } from '@janus-mesh/importer';
import lockfile from 'proper-lockfile';

/** Told how an import goes: bytes read, bytes in all, and the tensor at hand. */
export type ImportProgress = (done: number, total: number, tensor: string) => void;

/**
 * The bundle of a checkpoint that ships with the project. The first process that asks imports it; others on this machine
 * wait for it under a lock file. A changed checkpoint gets another folder.
 *
 * @param checkpoint folder of the checkpoint
 * @param home folder bundles are kept in
 * @returns folder of the bundle
 */
export async function embeddedBundle(
  checkpoint: string,
  home: string,
  { onProgress, signal }: { readonly onProgress: ImportProgress; readonly signal?: AbortSignal }
): Promise<string> {
  const bundles = join(home, 'bundles');
  const bundle = join(bundles, `${basename(checkpoint)}-${digest(checkpoint)}`);
  if (existsSync(bundle)) return bundle;
  await mkdir(bundles, { recursive: true });
  const release = await lockfile.lock(bundle, {
    realpath: false,
    stale: 10_000,
    retries: { forever: true, minTimeout: 100, maxTimeout: 500 }
  });
  try {
    if (!existsSync(bundle))
      await importCheckpoint(checkpoint, bundle, { name: basename(checkpoint), signal, onProgress: toProgress(onProgress) });
  } finally {
    await release();
  }
  return bundle;
}

function toProgress(onProgress: ImportProgress) {
  return (event: { done: number; total: number; tensor: string }) => onProgress(event.done, event.total, event.tensor);
}

/** Tells bundles apart: the first 12 hexadecimal digits of a sha256 over our version and the checkpoint's files. */
function digest(checkpoint: string): string {
  const hash = createHash('sha256').update(VERSION);
  const files = readdirSync(checkpoint, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort()) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 12);
}
