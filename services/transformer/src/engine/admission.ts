import { EngineError } from './engine-error.ts';
import type { ModelRunner } from './model-runner.ts';
import type { SequenceGroup } from './sequence-group.ts';

/** What there is to share. */
export interface Capacity {
  /** Rows that run together at most. */
  readonly slots: number;
  /** Bytes of KV cache. */
  readonly kvBytes: number;
}

/** What is taken of it. */
export interface Usage {
  rows: number;
  kvBytes: number;
}

/** Bytes of KV cache a group takes, all rows, as the runner rounds them. */
export function groupKvBytes(group: SequenceGroup, runner: Pick<ModelRunner, 'kvBytes'>): number {
  return group.rows.reduce((sum, row) => sum + runner.kvBytes(row.positions), 0);
}

/** Whether a group of so many rows and bytes fits beside what runs. */
export function fits(need: Usage, used: Usage, capacity: Capacity): boolean {
  return used.rows + need.rows <= capacity.slots && used.kvBytes + need.kvBytes <= capacity.kvBytes;
}

/**
 * Refuses what could wait for ever.
 *
 * @throws {EngineError} GROUP_TOO_LARGE if a group does not fit an empty engine
 */
export function checkSize(need: Usage, capacity: Capacity): void {
  if (need.rows > capacity.slots) {
    throw new EngineError('GROUP_TOO_LARGE', `a sample needs ${need.rows} rows, there are ${capacity.slots}`);
  }
  if (need.kvBytes > capacity.kvBytes) {
    throw new EngineError('GROUP_TOO_LARGE', `a sample needs ${need.kvBytes} bytes of KV cache, there are ${capacity.kvBytes}`);
  }
}

/**
 * Refuses what would make the queue longer than it may be.
 *
 * @throws {EngineError} QUEUE_FULL, with a hint when to come again
 */
export function checkQueue(waiting: number, limit: number): void {
  if (waiting < limit) return;
  throw new EngineError('QUEUE_FULL', `${waiting} requests wait, ${limit} may`, { retryAfterMs: 1000 });
}
