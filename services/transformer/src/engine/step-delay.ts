import type { Clock } from './clock.ts';

/** A wait between steps: a diagnostic that keeps a fast model busy long enough to be cancelled, killed and drained. */
export class StepDelay {
  readonly #clock: Clock;
  readonly #delayMs: number;
  #end: (() => void) | undefined; // of the wait that goes on

  /** @param delayMs length of a wait; 0 never waits */
  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  /** Settles after the delay, or when it is ended. */
  async wait(): Promise<void> {
    if (this.#delayMs === 0) return;
    await new Promise<void>((resolve) => {
      const takeBack = this.#clock.schedule(this.#delayMs, resolve);
      this.#end = () => {
        takeBack();
        resolve();
      };
    });
    this.#end = undefined;
  }

  /** Ends the wait that goes on, if one does. */
  end(): void {
    this.#end?.();
  }
}
