import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/**
 * Processors that this process may keep busy: those it may run on, and no more than the limit of its container, rounded up.
 * Node itself learnt of such limits only in later versions, and not of all kinds.
 *
 * @param cgroup where a container sees the files of its own control group, of version 1 or 2
 */
export function availableProcessors(cgroup = '/sys/fs/cgroup'): number {
  const limit =
    limitOf(read(join(cgroup, 'cpu.max'))) ??
    limitOf(`${read(join(cgroup, 'cpu/cpu.cfs_quota_us'))} ${read(join(cgroup, 'cpu/cpu.cfs_period_us'))}`);
  return Math.min(availableParallelism(), limit ?? Number.POSITIVE_INFINITY);
}

/** Of a quota and its period, in microseconds; undefined where there is no limit: `max`, or -1. */
function limitOf(text: string): number | undefined {
  const [quota = Number.NaN, period = Number.NaN] = text.split(' ').map(Number);
  return quota > 0 && period > 0 ? Math.ceil(quota / period) : undefined;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return ''; // no such limit here
  }
}
