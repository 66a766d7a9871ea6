import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';

/** How a lock is waited for. */
export interface LockOptions {
  /** Told once, with the lock's path, if another process holds it. */
  readonly onWait?: ((lock: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const RETRY_MS = 150;
/** A holder renews its lock this often. */
const UPDATE_MS = 1_000;
/** A lock that was not renewed for so long is taken over; the library takes nothing below 2 s. */
const STALE_MS = 10_000;
/** The same where its holder is known to be dead. */
const ORPHANED_MS = 2_000;

/**
 * Locks a path against other processes, of other machines too where the folder is a shared one. A lock whose holder was killed is taken
 * over within some seconds.
 *
 * @returns releases the lock
 */
export async function acquireLock(path: string, { onWait, signal }: LockOptions = {}): Promise<() => Promise<void>> {
  const owner = `${path}.owner`;
  for (let tries = 0; ; tries += 1) {
    signal?.throwIfAborted();
    const release = await tryLock(path, hasDeadOwner(owner) ? ORPHANED_MS : STALE_MS);
    if (release !== undefined) {
      writeFileSync(owner, `${process.pid} ${hostname()}`);
      return async () => {
        rmSync(owner, { force: true });
        await release().catch(() => undefined); // lost meanwhile: then it is another's
      };
    }
    if (tries === 1) onWait?.(`${path}.lock`);
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined); // the signal is looked at above
  }
}

async function tryLock(path: string, stale: number): Promise<(() => Promise<void>) | undefined> {
  try {
    return await lockfile.lock(path, { realpath: false, stale, update: UPDATE_MS, onCompromised: () => {} });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return undefined;
    throw error;
  }
}

/** Whether the owner's file names a process of this machine that is not there. A lock without that file may have been taken just now. */
function hasDeadOwner(file: string): boolean {
  try {
    const [pid, host] = readFileSync(file, 'utf8').split(' ');
    if (host === hostname()) process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
