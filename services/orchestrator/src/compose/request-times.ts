import type { Timings } from '@janus-mesh/contracts';

/** Told of what happens for the first time. */
export interface FirstTimes {
  admitted(): void;
  /** @param seconds since the arrival */
  token(seconds: number): void;
}

/** Takes the times of one request, from its arrival on. */
export class RequestTimes {
  readonly #now: () => number;
  readonly #arrivedAt: number;
  #admittedAt: number | undefined;
  #firstTokenAt: number | undefined;
  #lastTokenAt: number | undefined;
  #tokens = 0;
  #visionMs = 0;
  #first: FirstTimes | undefined;

  /** @param now a clock in milliseconds that never goes back */
  constructor(now: () => number) {
    this.#now = now;
    this.#arrivedAt = now();
  }

  /** Has somebody told, from now on. */
  whenFirst(first: FirstTimes): void {
    this.#first = first;
  }

  admitted(): void {
    if (this.#admittedAt !== undefined) return;
    this.#admittedAt = this.#now();
    this.#first?.admitted();
  }

  /** To be called with every token. @param count of tokens of one sample that came together */
  token(count = 1): void {
    const now = this.#now();
    this.#lastTokenAt = now;
    this.#tokens += count;
    if (this.#firstTokenAt !== undefined) return;
    this.#firstTokenAt = now;
    this.#first?.token((now - this.#arrivedAt) / 1000);
  }

  /** Since the arrival, until now. */
  get seconds(): number {
    return (this.#now() - this.#arrivedAt) / 1000;
  }

  /** Mean time of a token after the first, so far, with `samples` drawn side by side. Undefined where there was no second one. */
  secondsPerToken(samples: number): number | undefined {
    const steps = this.#tokens / samples - 1;
    if (steps <= 0 || this.#firstTokenAt === undefined || this.#lastTokenAt === undefined) return undefined;
    return (this.#lastTokenAt - this.#firstTokenAt) / 1000 / steps;
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
