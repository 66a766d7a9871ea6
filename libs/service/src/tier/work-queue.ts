import { resourceExhausted, unavailable } from '@janus-mesh/rpc';

// Before anything has run there is nothing to estimate from.
const FIRST_ESTIMATE_MS = 1000;
const DRAIN_RETRY_MS = 1000;

/** A place in the queue, held by one request. */
export interface Place {
  /** Aborts as the request does, and when the queue refuses what waits. */
  readonly signal: AbortSignal;
  /** The request waits no longer: its work begins, or was done already. */
  begin(): void;
  /** Does the request's work: it begins, and how long it takes is what later requests are told to wait. */
  run<T>(job: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Gives the place up. Call it once the request is over, however it ends. */
  leave(): void;
}

/** Holds a bounded number of requests, and knows which wait and which run. When they run is for others to say: see Turns. */
export class WorkQueue {
  readonly #limit: number;
  readonly #onBegin: (waitedMs: number) => void;
  readonly #waiting = new Set<AbortController>();
  readonly #running = new Set<AbortController>();
  #typicalMs = FIRST_ESTIMATE_MS;

  /**
   * @param maxWaiting requests beside the one that runs
   * @param onBegin told when a request's work begins, and how long it waited
   */
  constructor(maxWaiting: number, onBegin: (waitedMs: number) => void = () => {}) {
    this.#limit = maxWaiting + 1;
    this.#onBegin = onBegin;
  }

  /** Requests whose work has not begun. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Requests whose work has begun, until they give up their place. */
  get running(): number {
    return this.#running.size;
  }

  /**
   * Takes a place, before the request costs anything.
   *
   * @param request aborts when the request is over
   * @param onBegin told when the request's work begins
   * @throws {MeshError} RESOURCE_EXHAUSTED, QUEUE_FULL; a place comes free about every run, so that is when to try again
   */
  enter(request: AbortSignal, onBegin: () => void = () => {}): Place {
    request.throwIfAborted();
    const count = this.waiting + this.running;
    if (count >= this.#limit) {
      const message = `the queue is full: ${count} requests are in it, as many as it holds`;
      throw resourceExhausted('QUEUE_FULL', message, { retryAfterMs: this.#typicalMs });
    }
    const controller = new AbortController();
    const onAbort = () => controller.abort(request.reason);
    request.addEventListener('abort', onAbort, { once: true });
    this.#waiting.add(controller);
    const since = performance.now();
    const begin = () => {
      if (this.#begin(controller, since)) onBegin();
    };
    return {
      signal: controller.signal,
      begin,
      run: (job) => {
        begin();
        return this.#timed(() => job(controller.signal));
      },
      leave: () => {
        request.removeEventListener('abort', onAbort);
        this.#waiting.delete(controller);
        this.#running.delete(controller);
      }
    };
  }

  /** Refuses the requests that wait: those that run may finish, and the others are better served elsewhere. */
  refuseWaiting(): void {
    const refusal = unavailable('DRAINING', 'the service is shutting down, and this request still waited', {
      retryAfterMs: DRAIN_RETRY_MS
    });
    for (const controller of [...this.#waiting]) controller.abort(refusal);
  }

  #begin(controller: AbortController, since: number): boolean {
    if (!this.#waiting.delete(controller)) return false;
    this.#running.add(controller);
    this.#onBegin(performance.now() - since);
    return true;
  }

  async #timed<T>(job: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await job();
    this.#typicalMs = Math.ceil((this.#typicalMs + performance.now() - start) / 2);
    return result;
  }
}
