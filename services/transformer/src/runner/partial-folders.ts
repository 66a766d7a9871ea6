import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const MARK = '.partial-';
const LEFTOVER_MS = 3_600_000;

/** A new folder beside the one it is to become; nobody else's, also where processes of several containers have one id. */
export async function partialOf(folder: string): Promise<string> {
  // Not recursive: on a read-only disk that would say that there is no such folder.
  await mkdir(dirname(folder)).catch(unlessThere);
  return mkdtemp(`${folder}${MARK}`);
}

/** Gives a finished folder its name, unless another process was faster. */
export async function putInPlace(partial: string, folder: string): Promise<void> {
  await rename(partial, folder).catch(unlessThere);
}

/** Removes a folder so that nobody finds half of it. Mappings of its files stay good. */
export async function removeWhole(folder: string): Promise<void> {
  const away = await partialOf(folder);
  try {
    await rename(folder, join(away, basename(folder))).catch(unlessGone);
  } finally {
    await rm(away, { recursive: true, force: true });
  }
}

/** Removes what processes that were killed have left in a folder: partial ones that are an hour old. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.includes('.partial')) continue;
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY })); // another process removed it
    if (mtimeMs < Date.now() - LEFTOVER_MS) await rm(path, { recursive: true, force: true });
  }
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
