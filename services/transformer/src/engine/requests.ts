import { ActiveRequest } from './active-request.ts';
import { EngineError } from './engine-error.ts';
import type { EngineEvent } from './engine-event.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';
import type { EngineRequest } from './engine-request.ts';
import { drainingError, Entrance } from './entrance.ts';
import { FeatureCache, type FeatureCacheCounts } from './feature-cache.ts';
import type { AlignedFeatures } from './model-runner.ts';
import { OutputQueue } from './output-queue.ts';
import type { Pace } from './pace.ts';
import type { RawFeatures } from './picture-features.ts';
import { featuresFrom } from './prompt.ts';
import { RequestCounts } from './request-counts.ts';
import type { Scheduler } from './scheduler.ts';
import type { SequenceGroup } from './sequence-group.ts';
import { sendFinished } from './step-output.ts';
import type { FinishReason } from './stop.ts';

/** The requests inside the engine, from their first to their last moment. */
export class Requests {
  readonly #options: ResolvedEngineOptions;
  readonly #scheduler: Scheduler;
  readonly #pace: Pace;
  readonly #entrance: Entrance;
  readonly #wake: () => void; // there may be work
  readonly #live = new Set<ActiveRequest>();
  readonly #cache: FeatureCache;
  readonly counts = new RequestCounts();
  #isHeld = false;
  #arePlacesTold = true;

  constructor(options: ResolvedEngineOptions, { scheduler, pace }: { scheduler: Scheduler; pace: Pace }, wake: () => void) {
    this.#options = options;
    this.#scheduler = scheduler;
    this.#pace = pace;
    this.#entrance = new Entrance(options, scheduler, pace);
    this.#wake = wake;
    this.#cache = new FeatureCache(options.featureCacheBytes);
  }

  get live(): ReadonlySet<ActiveRequest> {
    return this.#live;
  }

  /** What the cache of pictures counts. */
  get features(): FeatureCacheCounts {
    return this.#cache.counts;
  }

  /**
   * Takes a request in and starts what fits.
   *
   * @throws {EngineError} DRAINING, GROUP_TOO_LARGE, QUEUE_FULL, DEADLINE_EXCEEDED or DEADLINE_TOO_SHORT
   */
  open(spec: EngineRequest): ActiveRequest {
    const output = new OutputQueue<EngineEvent>(this.#options.unreadBytes, {
      drained: this.#wake,
      abandoned: () => this.fail(request, new EngineError('CANCELLED', 'the reader went away'))
    });
    const request = new ActiveRequest(spec, output);
    const leaving = this.#enter(request);
    this.#live.add(request);
    if (leaving) this.fail(leaving.request, leaving.error);
    this.#admit();
    this.#tellPlaces();
    return request;
  }

  /** Refuses what waits, now, and what comes, from now on. */
  refuseWaiting(): void {
    this.#entrance.close();
    const waiting = [...this.#live].filter(({ isAdmitted }) => !isAdmitted);
    for (const request of waiting) this.#scheduler.withdraw(request);
    for (const request of waiting) this.fail(request, drainingError());
  }

  /** Takes a picture's features. @throws {RangeError} if they are not awaited, or are not the rows the prompt names */
  provideFeatures(request: ActiveRequest, features: RawFeatures): void {
    if (!this.#live.has(request) || request.failure) return;
    request.features.give(features);
    this.awaitFeatures(request);
    this.#wake();
  }

  /** No more features will come. */
  closeFeatures(request: ActiveRequest): void {
    request.featuresClosed = true;
    this.awaitFeatures(request);
  }

  /** Gives what is still needed of a request's pictures the whole time to come, from now on. */
  awaitFeatures(request: ActiveRequest): void {
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

  /** A picture that waits for the aligner; those of requests that wait stay with them. */
  takePicture(): { request: ActiveRequest; raw: RawFeatures } | undefined {
    for (const request of this.#live) {
      const raw = request.isAdmitted && !request.failure ? request.features.takeGiven() : undefined;
      if (raw) return { request, raw };
    }
    return undefined;
  }

  /** Keeps a picture that comes from the aligner, and serves everyone who awaits it. */
  keepPicture(hash: string, picture: AlignedFeatures): void {
    this.#cache.put(hash, picture);
    for (const request of [...this.#live]) {
      if (request.isAdmitted && !request.failure && request.features.keep(hash, picture)) this.awaitFeatures(request);
    }
    this.#trimCache();
  }

  /** Gives a request up. Its groups are freed now, or as soon as the runner is done with what it does. */
  fail(request: ActiveRequest, error: EngineError): void {
    if (!this.#live.has(request) || request.failure) return;
    request.failure = error;
    request.stopTimer?.();
    request.settleAdmission();
    request.output.fail(error);
    this.#scheduler.withdraw(request);
    this.counts.failed(request, error);
    if (this.#isHeld) this.#wake();
    else this.#release(request);
  }

  /**
   * Ends a sample, frees its group, and starts what fits now.
   *
   * @returns the next sample of its request, if that has its caches now, with the prompt in them
   */
  complete(group: SequenceGroup, reason: FinishReason): SequenceGroup | undefined {
    const { request } = group;
    sendFinished(group, reason);
    const heir = this.#scheduler.release(group);
    if (request.isComplete) {
      request.output.end();
      this.#live.delete(request);
      this.#trimCache();
    }
    this.#admit();
    return heir;
  }

  /** Lets the runner work: what fails meanwhile is freed right after it. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#isHeld = true;
    try {
      return await work();
    } finally {
      this.#isHeld = false;
      for (const request of [...this.#live]) if (request.failure) this.#release(request);
      if (this.#scheduler.couldAdmit) this.#admit(); // what had to wait for the runner
      if (!this.#arePlacesTold) this.#tellPlaces();
    }
  }

  #release(request: ActiveRequest): void {
    if (!this.#live.delete(request)) return;
    for (const group of request.groups) this.#scheduler.release(group);
    this.counts.freed(request);
    this.#trimCache();
    this.#admit();
    this.#tellPlaces();
  }

  #enter(request: ActiveRequest): ReturnType<Entrance['enter']> {
    try {
      return this.#entrance.enter(request);
    } catch (error) {
      if (error instanceof EngineError) this.counts.failed(request, error);
      throw error;
    }
  }

  #admit(): void {
    for (let group = this.#scheduler.next; group; group = this.#scheduler.next) {
      try {
        if (!this.#scheduler.admitNext()) break;
        if (group.sample === 0) this.#welcome(group);
      } catch (cause) {
        this.fail(group.request, new EngineError('STEP_FAILED', `a group could not start: ${messageOf(cause)}`, { cause }));
      }
    }
    this.#arePlacesTold = false;
    this.#wake();
  }

  #welcome(group: SequenceGroup): void {
    const { request } = group;
    if (request.position !== undefined) this.#pace.admitted(request.spec.head);
    request.features.needOnly(neededFeatures(request));
    request.features.fill((hash, rows) => this.#cache.find(hash, rows));
    request.output.push({ kind: 'admitted', neededFeatures: request.features.missing, reusedTokens: group.cond.reused });
    request.settleAdmission();
    this.awaitFeatures(request);
  }

  #trimCache(): void {
    this.#cache.trim((hash) => [...this.#live].some(({ features }) => features.has(hash)));
  }

  // Not after each sample that ends with a step, but after all of them: it takes a look at the whole queue.
  #tellPlaces(): void {
    this.#arePlacesTold = true;
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

// What lies wholly in what others have run is read by nobody. But of several samples one may have to run the prompt again.
function neededFeatures({ groups, spec }: ActiveRequest): string[] {
  return groups.flatMap(({ rows }) => rows.flatMap(({ prompt, reused }) => featuresFrom(prompt, spec.samples > 1 ? 0 : reused)));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
