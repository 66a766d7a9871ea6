import { setTimeout as sleep } from 'node:timers/promises';

/** A tier as far as it is watched. */
export interface WatchedTier {
  /** Undefined while it was never reached. */
  readonly lastSeen: unknown;
  /** Tries to reach it. Never fails. */
  look(): Promise<void>;
}

/** How often tiers are looked for. */
export interface WatchIntervals {
  /** While one was never seen. */
  readonly unseenMs: number;
  /** Later on: keeps the channels open, and what is known of the tiers fresh. */
  readonly seenMs: number;
}

/** Looks for the tiers again and again, so that they may start, and start again, in any order. */
export class TierWatch {
  readonly #tiers: readonly WatchedTier[];
  readonly #intervals: WatchIntervals;
  readonly #stopped = new AbortController();

  constructor(tiers: readonly WatchedTier[], intervals: WatchIntervals = { unseenMs: 250, seenMs: 5000 }) {
    this.#tiers = tiers;
    this.#intervals = intervals;
  }

  /** Resolves once each tier was seen; it may be gone again by then. Goes on looking, more rarely, until it is stopped. */
  async untilAllSeen(signal: AbortSignal): Promise<void> {
    const ended = AbortSignal.any([signal, this.#stopped.signal]);
    for (;;) {
      await this.#look();
      ended.throwIfAborted();
      if (this.#tiers.every((tier) => tier.lastSeen !== undefined)) break;
      await sleep(this.#intervals.unseenMs, undefined, { signal: ended });
    }
    void this.#goOn(ended);
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #goOn(ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      await sleep(this.#intervals.seenMs, undefined, { signal: ended, ref: false }).catch(() => undefined);
      if (!ended.aborted) await this.#look();
    }
  }

  async #look(): Promise<void> {
    await Promise.all(this.#tiers.map((tier) => tier.look()));
  }
}
