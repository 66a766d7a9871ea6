/** Finds a peer that fell silent: one that sends nothing for a while, and then does not answer a question either. */
export interface SilenceRule {
  /** How long may pass without an event before the replica is asked whether it is there. */
  readonly afterMs: number;
  /** Asks it. Must settle within a bounded time, and never fail. */
  readonly answers: () => Promise<boolean>;
}

/**
 * Watches the wait for the next event. A peer that answers is waited for as long as it takes: what it works on may take
 * minutes, so silence alone says nothing.
 */
export class SilenceWatch {
  readonly #rule: SilenceRule;
  readonly #onLost: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isWaiting = false;

  /** @param onLost told at most once for each wait */
  constructor(rule: SilenceRule, onLost: () => void) {
    this.#rule = rule;
    this.#onLost = onLost;
  }

  /** The wait for an event begins. */
  begin(): void {
    this.#isWaiting = true;
    // One timer for all waits, refreshed: this runs for every event.
    if (this.#timer === undefined) this.#timer = setTimeout(() => void this.#ask(), this.#rule.afterMs).unref();
    else this.#timer.refresh();
  }

  /** The event is here. */
  end(): void {
    this.#isWaiting = false;
  }

  stop(): void {
    this.#isWaiting = false;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    if (!this.#isWaiting) return;
    const isThere = await this.#rule.answers();
    if (!this.#isWaiting) return;
    if (isThere) this.#timer?.refresh();
    else this.#onLost();
  }
}
