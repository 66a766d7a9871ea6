import type { ActiveRequest } from './active-request.ts';
import { type Capacity, checkSize, fits, groupKvBytes, type Usage, withoutTextShare } from './admission.ts';
import { KvMemory } from './kv-memory.ts';
import type { Head, KvHandle, ModelRunner } from './model-runner.ts';
import type { Sequence } from './sequence.ts';
import type { SequenceGroup } from './sequence-group.ts';
import { planStep, type StepPlan } from './step-plan.ts';
import { WaitingQueue } from './waiting-queue.ts';

/** What a scheduler has to keep to. */
export interface SchedulerLimits {
  readonly capacity: Capacity;
  /** Bytes of KV cache, out of the capacity, that may be kept of groups that are over. */
  readonly prefixBytes: number;
  /** Tokens of prompts a step brings, beside the tokens of running streams; one group's chunks may be more. */
  readonly prefillTokens: number;
}

/**
 * Decides which groups run: callers take turns, as many groups as rows and memory allow; while text waits, pictures leave a share
 * to it.
 */
export class Scheduler {
  readonly #runner: ModelRunner;
  readonly #limits: SchedulerLimits;
  readonly #waiting = new WaitingQueue();
  readonly #caches = new Map<SequenceGroup, readonly KvHandle[]>(); // of the groups that run, in the order of admission
  readonly #used: Usage = { rows: 0, kvBytes: 0 };
  /** Where their caches are. */
  readonly memory: KvMemory;
  readonly #usedByPictures: Usage = { rows: 0, kvBytes: 0 };

  constructor(runner: ModelRunner, limits: SchedulerLimits) {
    this.#runner = runner;
    this.#limits = limits;
    this.memory = new KvMemory(runner, { kvBytes: limits.capacity.kvBytes, prefixBytes: limits.prefixBytes });
  }

  /** Requests of which no group was admitted yet, next first. Takes a look at each: only where the order matters. */
  get waiting(): readonly ActiveRequest[] {
    return this.#waiting.order(this.#onlyText === 'text');
  }

  /** How many these are, by head. */
  get queued(): Readonly<Record<Head, number>> {
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
   * Lets a request wait.
   *
   * @throws {EngineError} GROUP_TOO_LARGE
   */
  enqueue(request: ActiveRequest): void {
    checkSize(this.#need(request.groups[0] as SequenceGroup), this.#limits.capacity);
    this.#waiting.push(request);
  }

  /** The last request of the caller that crowds the queue, if the given one may have its place. */
  crowding(request: ActiveRequest): ActiveRequest | undefined {
    return this.#waiting.crowding(request);
  }

  /**
   * Gives the next group its rows and memory, if there is one and it fits. Nobody overtakes it.
   *
   * @throws what the runner throws when it can't allocate or copy; nothing is held then, and the group is still next
   */
  admitNext(): SequenceGroup | undefined {
    const { next } = this;
    if (!next || !this.couldAdmit) return undefined;
    const caches = this.memory.start(next, this.running);
    this.#waiting.take(this.#onlyText);
    this.#add(next, caches);
    return next;
  }

  /** The group that would be admitted next. */
  get next(): SequenceGroup | undefined {
    return this.#waiting.next(this.#onlyText);
  }

  /** Whether there is room for the next group, and can be used: what is kept gives way only while the runner does not work. */
  get couldAdmit(): boolean {
    const { next } = this;
    return next !== undefined && this.#fits(next) && this.memory.isThere(this.#need(next).kvBytes);
  }

  /** Whether a request would be admitted now, or as soon as the runner is done with what it does. */
  startsNow(request: ActiveRequest): boolean {
    const { next } = this;
    return next !== undefined && next === request.groups[0] && this.#fits(next);
  }

  /** Tokens of a row's prompt that would not have to be run now. */
  reusable(group: SequenceGroup, row: Sequence): number {
    return this.memory.reusable(group, row, this.running);
  }

  plan(): StepPlan {
    return planStep(this.running, this.#limits.prefillTokens);
  }

  /** Takes what still waits of a request out of the queue. */
  withdraw(request: ActiveRequest): void {
    this.#waiting.remove(request);
  }

  /**
   * Frees a group's rows and memory; what others may begin with is kept. The runner must not be working. If the next sample of its request is next, that one has them, with
   * the prompt in them.
   *
   * @returns that sample
   */
  release(group: SequenceGroup): SequenceGroup | undefined {
    const caches = this.#caches.get(group);
    if (!caches) return undefined;
    this.#caches.delete(group);
    group.finish();
    this.#count(group, caches, -1);
    const { next } = this;
    if (next && next.request === group.request && next.request.promptLogits) {
      this.#waiting.take(this.#onlyText);
      next.start(caches);
      this.#add(next, caches);
      return next;
    }
    this.memory.end(group, caches);
    return undefined;
  }

  // While text waits, a picture does not take the share that is kept for text: it lets text past. One picture may always run.
  get #onlyText(): Head | undefined {
    const next = this.#waiting.next();
    if (next?.head !== 'codes' || this.#usedByPictures.rows === 0 || !this.#waiting.next('text')) return undefined;
    return fits(this.#need(next), this.#usedByPictures, withoutTextShare(this.#limits.capacity)) ? undefined : 'text';
  }

  #fits(group: SequenceGroup): boolean {
    return fits(this.#need(group), this.#used, this.#limits.capacity);
  }

  #add(group: SequenceGroup, caches: readonly KvHandle[]): void {
    this.#caches.set(group, caches);
    this.#count(group, caches, 1);
  }

  #count(group: SequenceGroup, caches: readonly KvHandle[], sign: 1 | -1): void {
    for (const usage of group.head === 'codes' ? [this.#used, this.#usedByPictures] : [this.#used]) {
      usage.rows += sign * group.rows.length;
      usage.kvBytes += sign * totalBytes(caches);
    }
  }

  #need(group: SequenceGroup): Usage {
    return { rows: group.rows.length, kvBytes: groupKvBytes(group, this.#runner) };
  }
}

function totalBytes(caches: readonly KvHandle[]): number {
  return caches.reduce((sum, kv) => sum + kv.bytes, 0);
}
