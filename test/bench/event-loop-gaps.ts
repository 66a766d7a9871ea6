import { quantile } from './statistics.ts';

/** Watches the event loop of this process with a timer of a millisecond. */
export class EventLoopGaps {
  readonly #gaps: number[] = [];
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#gaps.push(now - this.#last);
      this.#last = now;
    }, 1);
  }

  /** Stops watching. @returns 99th percentile of the times between two ticks, in milliseconds */
  stop(): number {
    clearInterval(this.#timer);
    return quantile(this.#gaps, 0.99);
  }
}
