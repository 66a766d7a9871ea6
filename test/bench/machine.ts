import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** What a run was made on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  /** Average of runnable processes over the last minute, when the bench began. */
  readonly loadAtStart: number;
  readonly date: string;
}

/** Describes this machine, now. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e9),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    loadAtStart: loadavg()[0] as number,
    date: new Date().toISOString()
  };
}

/** Processor time since the machine and the processes started, in ticks. */
export interface CpuTimes {
  readonly total: number;
  readonly idle: number;
  readonly own: number;
}

/**
 * Processor time used so far, by all and by some processes; undefined where there is no /proc.
 *
 * @param pids of ours; those that have ended count nothing
 */
export function cpuTimes(pids: readonly number[]): CpuTimes | undefined {
  const line = read('/proc/stat')?.split('\n')[0];
  if (!line) return undefined;
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle = 0, waiting = 0] = ticks;
  return {
    total: ticks.reduce((sum, value) => sum + value, 0),
    idle: idle + waiting,
    own: pids.reduce((sum, pid) => sum + ticksOf(pid), 0)
  };
}

/** The share of the machine that others took between two readings, from 0 to 1. Time stolen by other machines on the host counts. */
export function foreignShare(before: CpuTimes, after: CpuTimes): number {
  const total = after.total - before.total;
  if (total <= 0) return 0;
  return Math.max(0, (total - (after.idle - before.idle) - (after.own - before.own)) / total);
}

/** What a process holds in memory, in bytes; undefined where there is no /proc. */
export function processMemory(pid: number): { rss: number; peak: number; pss: number } | undefined {
  const status = read(`/proc/${pid}/status`);
  if (status === undefined) return undefined;
  return { rss: bytesIn(status, 'VmRSS'), peak: bytesIn(status, 'VmHWM'), pss: bytesIn(read(`/proc/${pid}/smaps_rollup`), 'Pss') };
}

/** The `rss` of `processMemory` alone, which costs little to read. */
export function residentBytes(pid: number): number | undefined {
  const status = read(`/proc/${pid}/status`);
  return status === undefined ? undefined : bytesIn(status, 'VmRSS');
}

function bytesIn(text: string | undefined, field: string): number {
  return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text ?? '')?.[1] ?? Number.NaN);
}

// utime and stime: the 14th and 15th field; the second, in brackets, may hold blanks.
function ticksOf(pid: number): number {
  const fields = read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ');
  return fields ? Number(fields[11]) + Number(fields[12]) : 0;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
