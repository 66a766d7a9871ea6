import { EngineError } from './engine-error.ts';
import type { ModelRunner } from './model-runner.ts';
import type { SequenceGroup } from './sequence-group.ts';

const UNKNOWN_RETRY_MS = 1_000;
const MIN_RETRY_MS = 50;
const MAX_RETRY_MS = 60_000;

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

/** Part of the rows and memory that pictures leave to text while text waits: a picture holds its own for hundreds of steps. */
const TEXT_SHARE = 0.25;

/** What pictures may take while text waits: one row less at least, where there are two. */
export function withoutTextShare({ slots, kvBytes }: Capacity): Capacity {
  return { slots: slots - Math.min(slots - 1, Math.max(1, Math.floor(slots * TEXT_SHARE))), kvBytes: kvBytes * (1 - TEXT_SHARE) };
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

/** The refusal of a request that would make the queue longer than it may be. @param admissionMs between two admissions; 0: unknown */
export function queueFull(limit: number, admissionMs: number): EngineError {
  return new EngineError('QUEUE_FULL', `${limit} requests wait, ${limit} may`, { retryAfterMs: retryAfterMs(admissionMs) });
}

/** When a request has to be done, and what is known of how long it takes. In milliseconds. */
export interface TimeLeft {
  /** Until its deadline. */
  readonly leftMs: number;
  /** Until its prompt is run, at the very least. */
  readonly promptMs: number;
  /** Until its turn has come, as it looks. */
  readonly waitMs: number;
}

/**
 * Refuses what would end without having given anything, so that its caller can do something better with the time.
 *
 * @throws {EngineError} DEADLINE_EXCEEDED or DEADLINE_TOO_SHORT, the latter with a hint when the wait may be short enough
 */
export function checkDeadline({ leftMs, promptMs, waitMs }: TimeLeft): void {
  if (leftMs <= 0) throw new EngineError('DEADLINE_EXCEEDED', `the deadline is over, ${ms(-leftMs)} ago`);
  if (promptMs > leftMs)
    throw new EngineError('DEADLINE_TOO_SHORT', `running the prompt takes ${ms(promptMs)} at least, the deadline is in ${ms(leftMs)}`, {
      retryAfterMs: retryAfterMs(promptMs - leftMs)
    });
  if (waitMs + promptMs > leftMs)
    throw new EngineError('DEADLINE_TOO_SHORT', `the wait takes some ${ms(waitMs)}, the deadline is in ${ms(leftMs)}`, {
      retryAfterMs: retryAfterMs(waitMs + promptMs - leftMs)
    });
}

// Not so soon that asking again is a load, not so late that nobody would wait for it.
function retryAfterMs(estimateMs: number): number {
  return estimateMs === 0 ? UNKNOWN_RETRY_MS : Math.round(Math.min(Math.max(estimateMs, MIN_RETRY_MS), MAX_RETRY_MS));
}

function ms(value: number): string {
  return `${Math.ceil(value)} ms`;
}
