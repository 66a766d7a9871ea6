import type { Head } from './model-runner.ts';

/** Steps whose time is remembered. */
const RECENT_STEPS = 32;
/** What older steps weigh, with each newer one: half after some 700 steps, as long as a picture takes. */
const FADING = 0.999;

/** How steps and waiting requests came along lately: what estimates rest on. Steps count as its clock, so that idle times do not. */
export class Pace {
  readonly #stepMs: number[] = [];
  readonly #queues: Readonly<Record<Head, QueuePace>> = { text: new QueuePace(), codes: new QueuePace() };
  #steps = 0;

  /** The shortest of the last steps, in milliseconds; 0 before the first. */
  get fastestStepMs(): number {
    return this.#stepMs.length === 0 ? 0 : Math.min(...this.#stepMs);
  }

  /** The mean of the last steps, in milliseconds; 0 before the first. */
  get stepMs(): number {
    return this.#stepMs.reduce((sum, ms) => sum + ms, 0) / Math.max(this.#stepMs.length, 1);
  }

  /** A step was done. @param queued requests that waited meanwhile */
  stepped(ms: number, queued: Readonly<Record<Head, number>>): void {
    this.#stepMs[this.#steps++ % RECENT_STEPS] = ms;
    for (const head of ['text', 'codes'] as const) if (queued[head] > 0) this.#queues[head].stepped();
  }

  /** A request that waited was admitted. */
  admitted(head: Head): void {
    this.#queues[head].admitted();
  }

  /** Milliseconds between two admissions of requests that wait; rather too short, 0 where nothing is known. */
  admissionMs(head: Head): number {
    return this.#queues[head].steps * this.stepMs;
  }
}

class QueuePace {
  #steps = 0; // while requests waited, fading
  #admissions = 0; // likewise

  /** Steps an admission. Before the first one, those that were waited for it so far. */
  get steps(): number {
    return this.#steps / Math.max(this.#admissions, 1);
  }

  stepped(): void {
    this.#steps = this.#steps * FADING + 1;
    this.#admissions *= FADING;
  }

  admitted(): void {
    this.#admissions++;
  }
}
