import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../folders.ts';
import { acquireLock, type LockOptions } from './lock.ts';

/**
 * Makes a folder if it is not there. The first process that asks makes it; others wait for it under a lock, on other machines too.
 *
 * @param make puts the folder in place whole, or fails
 * @returns what `make` gave; undefined if the folder was there
 */
export async function makeOnce<T>(folder: string, make: () => Promise<T>, { onWait, signal }: LockOptions = {}): Promise<T | undefined> {
  if (existsSync(folder)) return undefined;
  makeFolder(dirname(folder));
  const release = await acquireLock(folder, { onWait, signal });
  try {
    return existsSync(folder) ? undefined : await make();
  } catch (error) {
    // A process that was stopped for long loses its lock; then another one may have made the folder meanwhile, whole.
    if (signal?.aborted || !existsSync(folder)) throw error;
    return undefined;
  } finally {
    await release();
  }
}
