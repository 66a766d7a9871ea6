import type { Clock } from '../clock.ts';

/** Time that passes only when a test says so. */
export class VirtualClock implements Clock {
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  #now = 0;
  /** Milliseconds that pass with each look at the clock. */
  tickMs = 0;
  /** Happens while the engine lets others have their turn. */
  onBreathe: () => void = () => {};

  /** Callbacks that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    this.#now += this.tickMs;
    return this.#now;
  }

  unixMs(): number {
    return this.#now;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  async breathe(): Promise<void> {
    this.onBreathe();
  }

  /** Lets time pass, and what is due happen in order. */
  advance(byMs: number): void {
    this.#now += byMs;
    const due = [...this.#timers].filter((timer) => timer.at <= this.#now).sort((a, b) => a.at - b.at);
    for (const timer of due) if (this.#timers.delete(timer)) timer.callback();
  }
}
