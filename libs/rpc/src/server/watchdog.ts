/** Calls back when something that began has not ended, nor any part of it, for a given time. */
export class Watchdog {
  readonly #timeoutMs: number;
  readonly #onTimeout: () => void;
  #timer: NodeJS.Timeout | undefined;
  #open = 0;

  constructor(timeoutMs: number, onTimeout: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#onTimeout = onTimeout;
  }

  begin(): void {
    this.#open += 1;
    if (this.#open > 1) return;
    // One timer for all, refreshed: this runs for every message.
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#fire(), this.#timeoutMs).unref();
    else this.#timer.refresh();
  }

  end(): void {
    this.#open -= 1;
    if (this.#open > 0) this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#open = 0;
  }

  #fire(): void {
    if (this.#open > 0) this.#onTimeout();
  }
}
