import type { ActiveRequest } from './active-request.ts';
import { checkDeadline, queueFull } from './admission.ts';
import { chunkCount } from './chunk-grid.ts';
import { EngineError } from './engine-error.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';
import type { Pace } from './pace.ts';
import type { Scheduler } from './scheduler.ts';
import type { SequenceGroup } from './sequence-group.ts';

/** Decides who may wait: within the bound of the queue, and only for what can be done in time. */
export class Entrance {
  readonly #options: Pick<ResolvedEngineOptions, 'clock' | 'queueLimit'>;
  readonly #scheduler: Scheduler;
  readonly #pace: Pace;
  #isClosed = false;

  constructor(options: Pick<ResolvedEngineOptions, 'clock' | 'queueLimit'>, scheduler: Scheduler, pace: Pace) {
    this.#options = options;
    this.#scheduler = scheduler;
    this.#pace = pace;
  }

  /** Lets nobody in any more. */
  close(): void {
    this.#isClosed = true;
  }

  /**
   * Puts a request into the queue. Where that is full, nobody is kept out by a caller who crowds it: such a caller's last request
   * has to leave.
   *
   * @returns a request that has to leave for it, and why
   * @throws {EngineError} DRAINING, GROUP_TOO_LARGE, QUEUE_FULL, DEADLINE_EXCEEDED or DEADLINE_TOO_SHORT; nothing waits then
   */
  enter(request: ActiveRequest): { request: ActiveRequest; error: EngineError } | undefined {
    if (this.#isClosed) throw drainingError();
    const scheduler = this.#scheduler;
    scheduler.enqueue(request);
    try {
      const startsNow = scheduler.startsNow(request);
      this.#checkDeadline(request, startsNow);
      return startsNow ? undefined : this.#makeRoom(request);
    } catch (error) {
      scheduler.withdraw(request);
      throw error;
    }
  }

  #makeRoom(request: ActiveRequest): { request: ActiveRequest; error: EngineError } | undefined {
    const { queueLimit } = this.#options;
    const { text, codes } = this.#scheduler.queued;
    if (text + codes <= queueLimit) return undefined;
    const crowding = this.#scheduler.crowding(request);
    const error = queueFull(queueLimit, this.#pace.admissionMs((crowding ?? request).spec.head));
    if (!crowding) throw error;
    return { request: crowding, error };
  }

  #checkDeadline(request: ActiveRequest, startsNow: boolean): void {
    const { deadline, head } = request.spec;
    if (deadline === undefined) return;
    const group = request.groups[0] as SequenceGroup;
    const steps = Math.max(...group.rows.map((row) => chunkCount(this.#scheduler.reusable(group, row), row.promptTokens)));
    checkDeadline({
      leftMs: deadline - this.#options.clock.unixMs(),
      promptMs: steps * this.#pace.fastestStepMs,
      waitMs: startsNow ? 0 : this.#placesBefore(request) * this.#pace.admissionMs(head)
    });
  }

  // Those of its own kind that go before it; and it waits for half an admission's time itself, on average.
  #placesBefore(request: ActiveRequest): number {
    const alike = this.#scheduler.waiting.filter(({ spec }) => spec.head === request.spec.head);
    return alike.indexOf(request) + 0.5;
  }
}

/** Why what waits, or comes, is refused at the end. */
export function drainingError(): EngineError {
  return new EngineError('DRAINING', 'the transformer is shutting down, and finishes only what runs', { retryAfterMs: 1_000 });
}
