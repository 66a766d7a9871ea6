import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** Tells this process from an earlier one with its id, as happens in containers. */
const STARTED = Math.round(performance.timeOrigin).toString(36);

/**
 * Makes an empty folder beside `target`, on the same disk, so that renaming it there is atomic. Its name tells who works in it;
 * folders that dead processes left are removed on the way.
 */
export async function makePartialFolder(target: string): Promise<string> {
  const parent = dirname(resolve(target));
  await mkdir(parent, { recursive: true });
  await removeStale(parent, prefixOf(target));
  const folder = join(parent, `${prefixOf(target)}${process.pid}-${STARTED}-${randomBytes(4).toString('hex')}`);
  await mkdir(folder);
  return folder;
}

/** Moves a finished folder to its target, in the place of what lies there. */
export async function moveIntoPlace(folder: string, target: string): Promise<void> {
  const old = `${folder}-old`;
  const hadOne = await rename(target, old).then(
    () => true,
    (error) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    }
  );
  try {
    await rename(folder, target);
  } catch (error) {
    if (hadOne) await rename(old, target);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

function prefixOf(target: string): string {
  return `.${basename(resolve(target))}.partial-`;
}

async function removeStale(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const [pid, started] = name.slice(prefix.length).split('-');
    if (!isAtWork(Number(pid), started)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isAtWork(pid: number, started: string | undefined): boolean {
  if (pid === process.pid) return started === STARTED;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
