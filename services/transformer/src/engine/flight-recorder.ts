import type { Head } from './model-runner.ts';
import type { SequenceGroup } from './sequence-group.ts';
import type { StepRecord } from './step-record.ts';

/** Steps that are kept. */
export const FLIGHT_STEPS = 10_000;

const HEADS: readonly Head[] = ['text', 'codes'];

/** A step as it was recorded. */
export interface RecordedStep {
  /** Steps before it since the start. */
  readonly step: number;
  /** In milliseconds since the Unix epoch. */
  readonly startedMs: number;
  readonly runMs: number;
  readonly commitMs: number;
  readonly queued: number;
  readonly kvBytesUsed: number;
  readonly groups: readonly RecordedGroup[];
  /** Why it failed. Empty if it did not. */
  readonly error: string;
}

/** A group's part in a step. */
export interface RecordedGroup {
  /** Groups before it that took part in any step since the start. */
  readonly group: number;
  readonly head: Head;
  /** Tokens of each row it brought. */
  readonly tokens: readonly number[];
}

/** Where a step is put; used again for later ones. */
class Slot {
  step = -1;
  startedMs = 0;
  runMs = 0;
  commitMs = 0;
  queued = 0;
  kvBytesUsed = 0;
  error = '';
  /** Of each group: its number, its head, how many rows, and the tokens of each. */
  groups = new Float64Array(16);
  length = 0;

  push(value: number): void {
    if (this.length === this.groups.length) {
      const grown = new Float64Array(2 * this.length);
      grown.set(this.groups);
      this.groups = grown;
    }
    this.groups[this.length++] = value;
  }
}

/** Keeps the last steps of an engine in a ring. Recording one allocates nothing once the ring is full. */
export class FlightRecorder {
  readonly #slots: Slot[] = [];
  readonly #capacity: number;
  readonly #numbers = new WeakMap<SequenceGroup, number>();
  #groups = 0;
  #recorded = 0;

  /** @param capacity steps it keeps */
  constructor(capacity = FLIGHT_STEPS) {
    this.#capacity = capacity;
  }

  /** Takes a step in; the oldest one makes room. */
  record({ index, plan, outcome, startedMs, runMs, commitMs, queued, kvBytesUsed }: StepRecord): void {
    const at = this.#recorded++ % this.#capacity;
    this.#slots[at] ??= new Slot();
    const slot = this.#slots[at];
    slot.step = index;
    slot.startedMs = startedMs;
    slot.runMs = toMicroseconds(runMs);
    slot.commitMs = toMicroseconds(commitMs);
    slot.queued = queued;
    slot.kvBytesUsed = kvBytesUsed;
    slot.error = outcome.kind === 'failed' ? outcome.error.message : '';
    slot.length = 0;
    for (const { group, rows } of plan.groups) {
      slot.push(this.#numberOf(group));
      slot.push(HEADS.indexOf(group.request.spec.head));
      slot.push(rows.length);
      for (const { tokens } of rows) slot.push(tokens);
    }
  }

  /**
   * The last steps, oldest first. The engine may go on meanwhile: steps that it pushes out before they are read are left out, and
   * those that come later too.
   *
   * @param steps how many at most
   */
  *last(steps = this.#capacity): Generator<RecordedStep, void, undefined> {
    const end = this.#recorded;
    for (let i = Math.max(0, end - steps); i < end; i++) {
      i = Math.max(i, this.#recorded - this.#capacity);
      const slot = i < end ? this.#slots[i % this.#capacity] : undefined;
      if (slot) yield read(slot);
    }
  }

  #numberOf(group: SequenceGroup): number {
    const known = this.#numbers.get(group);
    if (known !== undefined) return known;
    this.#numbers.set(group, this.#groups);
    return this.#groups++;
  }
}

function toMicroseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function read({ step, startedMs, runMs, commitMs, queued, kvBytesUsed, error, groups: packed, length }: Slot): RecordedStep {
  const groups: RecordedGroup[] = [];
  for (let at = 0; at < length; ) {
    const [group, head, rows] = packed.subarray(at, at + 3) as unknown as [number, number, number];
    const tokens = [...packed.subarray(at + 3, at + 3 + rows)];
    groups.push({ group, head: HEADS[head] as Head, tokens });
    at += 3 + rows;
  }
  return { step, startedMs, runMs, commitMs, queued, kvBytesUsed, groups, error };
}
