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

/** Looks for the tiers again and again, so that nobody has to start in any order. */
export class TierWatch {
  readonly #tiers: readonly WatchedTier[];
  readonly #intervals: WatchIntervals;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #tellReady: () => void = () => {};

  /** Resolves once each tier was seen; it may be gone again by then. */
  readonly ready = new Promise<void>((resolve) => {
    this.#tellReady = resolve;
  });

  constructor(tiers: readonly WatchedTier[], intervals: WatchIntervals = { unseenMs: 250, seenMs: 5000 }) {
    this.#tiers = tiers;
    this.#intervals = intervals;
  }

  /** Looks once, and from then on by itself. */
  async start(): Promise<void> {
    await Promise.all(this.#tiers.map((tier) => tier.look()));
    if (this.#isStopped) return;
    const areAllSeen = this.#tiers.every((tier) => tier.lastSeen !== undefined);
    if (areAllSeen) this.#tellReady();
    const delay = areAllSeen ? this.#intervals.seenMs : this.#intervals.unseenMs;
    this.#timer = setTimeout(() => void this.start(), delay).unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
