import { ActiveRequest } from './active-request.ts';
import { EngineError } from './engine-error.ts';
import type { EngineEvent } from './engine-event.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';
import type { EngineRequest } from './engine-request.ts';
import { OutputQueue } from './output-queue.ts';
import type { RawFeatures } from './picture-features.ts';
import type { Scheduler } from './scheduler.ts';
import type { SequenceGroup } from './sequence-group.ts';
import { sendFinished } from './step-output.ts';
import type { FinishReason } from './stop.ts';

/** The requests inside the engine, from their first to their last moment. */
export class Requests {
  readonly #options: ResolvedEngineOptions;
  readonly #scheduler: Scheduler;
  readonly #wake: () => void; // there may be work
  readonly #live = new Set<ActiveRequest>();
  #isHeld = false;

  constructor(options: ResolvedEngineOptions, scheduler: Scheduler, wake: () => void) {
    this.#options = options;
    this.#scheduler = scheduler;
    this.#wake = wake;
  }

  get live(): ReadonlySet<ActiveRequest> {
    return this.#live;
  }

  /**
   * Takes a request in and starts what fits.
   *
   * @throws {EngineError} GROUP_TOO_LARGE or QUEUE_FULL
   */
  open(spec: EngineRequest): ActiveRequest {
    const output = new OutputQueue<EngineEvent>(this.#options.unreadBytes, {
      drained: this.#wake,
      abandoned: () => this.fail(request, new EngineError('CANCELLED', 'the reader went away'))
    });
    const request = new ActiveRequest(spec, output);
    this.#scheduler.enqueue(request);
    this.#live.add(request);
    this.#admit();
    return request;
  }

  /** Takes a picture's features. @throws {RangeError} if they are not awaited, or are not the rows the prompt names */
  provideFeatures(request: ActiveRequest, features: RawFeatures): void {
    if (!this.#live.has(request) || request.failure) return;
    request.features.give(features);
    this.#awaitFeatures(request);
    this.#wake();
  }

  /** No more features will come. */
  closeFeatures(request: ActiveRequest): void {
    request.featuresClosed = true;
    this.#awaitFeatures(request);
  }

  /** A picture that waits for the aligner. */
  takePicture(): { request: ActiveRequest; raw: RawFeatures } | undefined {
    for (const request of this.#live) {
      const raw = request.failure ? undefined : request.features.takeGiven();
      if (raw) return { request, raw };
    }
    return undefined;
  }

  /** Gives a request up. Its groups are freed now, or as soon as the runner is done with what it does. */
  fail(request: ActiveRequest, error: EngineError): void {
    if (!this.#live.has(request) || request.failure) return;
    request.failure = error;
    request.stopTimer?.();
    request.settleAdmission();
    request.output.fail(error);
    this.#scheduler.withdraw(request);
    if (!this.#isHeld) this.#release(request);
  }

  /** Ends a sample, frees its group, and starts what fits now. */
  complete(group: SequenceGroup, reason: FinishReason): void {
    const { request } = group;
    sendFinished(group, reason);
    this.#scheduler.release(group);
    if (request.isComplete) {
      request.output.end();
      this.#live.delete(request);
    }
    this.#admit();
  }

  /** Lets the runner work: what fails meanwhile is freed right after it. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#isHeld = true;
    try {
      return await work();
    } finally {
      this.#isHeld = false;
      for (const request of [...this.#live]) if (request.failure) this.#release(request);
    }
  }

  #release(request: ActiveRequest): void {
    if (!this.#live.delete(request)) return;
    for (const group of request.groups) this.#scheduler.release(group);
    this.#admit();
  }

  #admit(): void {
    for (let group = this.#scheduler.next; group; group = this.#scheduler.next) {
      try {
        if (!this.#scheduler.admitNext()) break;
        if (group.sample === 0) this.#welcome(group.request);
      } catch (cause) {
        this.fail(group.request, new EngineError('STEP_FAILED', `no memory for a group: ${messageOf(cause)}`, { cause }));
      }
    }
    this.#tellPositions();
    this.#wake();
  }

  #welcome(request: ActiveRequest): void {
    request.output.push({ kind: 'admitted', neededFeatures: request.features.missing });
    request.settleAdmission();
    this.#awaitFeatures(request);
  }

  // Each picture that comes starts the time again.
  #awaitFeatures(request: ActiveRequest): void {
    request.stopTimer?.();
    const { missing } = request.features;
    if (missing.length === 0 || !request.isAdmitted || request.failure) return;
    if (request.featuresClosed) {
      this.fail(request, new EngineError('FEATURES_MISSING', `the caller ended without features ${missing.join(', ')}`));
      return;
    }
    const { clock, featuresTimeoutMs } = this.#options;
    request.stopTimer = clock.schedule(featuresTimeoutMs, () => {
      this.fail(request, new EngineError('FEATURES_TIMEOUT', `features ${missing.join(', ')} did not come within ${featuresTimeoutMs} ms`));
    });
  }

  #tellPositions(): void {
    this.#scheduler.waiting.forEach((request, position) => {
      if (request.position === position) return;
      request.position = position;
      request.output.push(
        { kind: 'queued', position },
        {
          join(unread) {
            if (unread.kind !== 'queued') return false;
            unread.position = position;
            return true;
          }
        }
      );
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
