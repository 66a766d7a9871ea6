import type { Timings } from '@janus-mesh/contracts';

/** Takes the times of one request, from its arrival on. */
export class RequestTimes {
  readonly #now: () => number;
  readonly #arrivedAt: number;
  #admittedAt: number | undefined;
  #firstTokenAt: number | undefined;
  #visionMs = 0;

  /** @param now a clock in milliseconds that never goes back */
  constructor(now: () => number) {
    this.#now = now;
    this.#arrivedAt = now();
  }

  admitted(): void {
    this.#admittedAt ??= this.#now();
  }

  /** To be called with every token; the first counts. */
  token(): void {
    this.#firstTokenAt ??= this.#now();
  }

  /** Begins to wait for a vision tier. @returns to be called when the wait is over */
  waitForVision(): () => void {
    const since = this.#now();
    return () => {
      this.#visionMs += this.#now() - since;
    };
  }

  /** The times, with the end now. */
  toTimings(): Timings {
    const seconds = (time: number | undefined) => ((time ?? this.#arrivedAt) - this.#arrivedAt) / 1000;
    return {
      queueSeconds: seconds(this.#admittedAt),
      firstTokenSeconds: seconds(this.#firstTokenAt),
      totalSeconds: seconds(this.#now()),
      visionSeconds: this.#visionMs / 1000
    };
  }
}
