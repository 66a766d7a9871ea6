import { resourceExhausted } from '@janus-mesh/rpc';
import { Turns } from './turns.ts';

// Before anything has run there is nothing to estimate from.
const FIRST_ESTIMATE_MS = 1000;

/** A place in the queue, held by one request. */
export interface Place {
  /** Runs the job when its turn has come. See `Turns.take`; the job gets the signal too. */
  run<T>(job: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Gives the place up. Call it once the request is over, however it ends. */
  leave(): void;
}

/** Runs one job at a time, in order, for a bounded number of requests: the one that runs and `maxWaiting` others. */
export class WorkQueue {
  readonly #turns = new Turns();
  readonly #maxWaiting: number;
  #places = 0;
  #typicalMs = FIRST_ESTIMATE_MS;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** Requests that hold a place and don't run. */
  get waiting(): number {
    return this.#places - this.running;
  }

  /** Jobs that run: 0 or 1. */
  get running(): number {
    return this.#turns.busy ? 1 : 0;
  }

  /**
   * Takes a place, before the request costs anything.
   *
   * @throws {MeshError} RESOURCE_EXHAUSTED, QUEUE_FULL; a place comes free about every run, so that is when to try again
   */
  enter(): Place {
    if (this.#places > this.#maxWaiting) {
      const message = `the queue is full: ${this.#places} requests are in it, at most one may run and ${this.#maxWaiting} wait`;
      throw resourceExhausted('QUEUE_FULL', message, { retryAfterMs: this.#typicalMs });
    }
    this.#places++;
    let held = true;
    return {
      run: (job, signal) => this.#turns.take(() => this.#timed(() => job(signal)), signal),
      leave: () => {
        if (held) this.#places--;
        held = false;
      }
    };
  }

  async #timed<T>(job: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await job();
    this.#typicalMs = Math.ceil((this.#typicalMs + performance.now() - start) / 2);
    return result;
  }
}
