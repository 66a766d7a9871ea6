import type { ActiveRequest } from './active-request.ts';
import { type Capacity, checkQueue, checkSize, fits, groupKvBytes, type Usage } from './admission.ts';
import type { KvHandle, ModelRunner } from './model-runner.ts';
import type { SequenceGroup } from './sequence-group.ts';
import { planStep, type StepPlan } from './step-plan.ts';
import { WaitingQueue } from './waiting-queue.ts';

/** What a scheduler has to keep to. */
export interface SchedulerLimits {
  readonly capacity: Capacity;
  /** Requests that wait at most. */
  readonly queue: number;
  /** Tokens of prompts a step brings, beside the tokens of running streams; one group's chunks may be more. */
  readonly prefillTokens: number;
}

/** Decides which groups run: first come, first served, as many as rows and memory allow. Owns their caches. */
export class Scheduler {
  readonly #runner: ModelRunner;
  readonly #limits: SchedulerLimits;
  readonly #waiting = new WaitingQueue();
  readonly #caches = new Map<SequenceGroup, readonly KvHandle[]>(); // of the groups that run, in the order of admission
  readonly #used: Usage = { rows: 0, kvBytes: 0 };

  constructor(runner: ModelRunner, limits: SchedulerLimits) {
    this.#runner = runner;
    this.#limits = limits;
  }

  get waiting(): readonly ActiveRequest[] {
    return this.#waiting.requests;
  }

  /** Groups that run, in the order they were admitted. */
  get running(): readonly SequenceGroup[] {
    return [...this.#caches.keys()];
  }

  get used(): Readonly<Usage> {
    return this.#used;
  }

  /**
   * Puts a request's groups at the end of the queue.
   *
   * @throws {EngineError} GROUP_TOO_LARGE or QUEUE_FULL
   */
  enqueue(request: ActiveRequest): void {
    const need = this.#need(request.groups[0] as SequenceGroup);
    checkSize(need, this.#limits.capacity);
    const startsAtOnce = this.#waiting.next === undefined && fits(need, this.#used, this.#limits.capacity);
    if (!startsAtOnce) checkQueue(this.#waiting.requests.length, this.#limits.queue);
    this.#waiting.push(request);
  }

  /**
   * Gives the next group its rows and memory, if there is one and it fits. Nobody overtakes it.
   *
   * @throws what the runner throws when it can't allocate; nothing is held then, and the group is still next
   */
  admitNext(): SequenceGroup | undefined {
    const group = this.#waiting.next;
    if (!group || !fits(this.#need(group), this.#used, this.#limits.capacity)) return undefined;
    const caches = this.#allocate(group);
    this.#waiting.shift();
    this.#caches.set(group, caches);
    this.#used.rows += group.rows.length;
    this.#used.kvBytes += totalBytes(caches);
    group.start(caches);
    return group;
  }

  /** The group that would be admitted next. */
  get next(): SequenceGroup | undefined {
    return this.#waiting.next;
  }

  plan(): StepPlan {
    return planStep(this.running, this.#limits.prefillTokens);
  }

  /** Takes what still waits of a request out of the queue. */
  withdraw(request: ActiveRequest): void {
    this.#waiting.remove(request);
  }

  /** Frees a group's rows and memory. No step may be using them. */
  release(group: SequenceGroup): void {
    const caches = this.#caches.get(group);
    if (!caches) return;
    this.#caches.delete(group);
    group.finish();
    this.#used.rows -= group.rows.length;
    this.#used.kvBytes -= totalBytes(caches);
    for (const kv of caches) this.#runner.free(kv);
  }

  #need(group: SequenceGroup): Usage {
    return { rows: group.rows.length, kvBytes: groupKvBytes(group, this.#runner) };
  }

  #allocate(group: SequenceGroup): KvHandle[] {
    const caches: KvHandle[] = [];
    try {
      for (const row of group.rows) caches.push(this.#runner.allocate(row.positions));
      return caches;
    } catch (error) {
      for (const kv of caches) this.#runner.free(kv);
      throw error;
    }
  }
}

function totalBytes(caches: readonly KvHandle[]): number {
  return caches.reduce((sum, kv) => sum + kv.bytes, 0);
}
