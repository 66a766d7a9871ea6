interface Waiter {
  start(): void;
}

/** Lets jobs run one at a time, in the order they came. Has no bound of its own: see WorkQueue. */
export class Turns {
  readonly #waiters = new Set<Waiter>();
  #busy = false;

  /** Whether a job runs. */
  get busy(): boolean {
    return this.#busy;
  }

  /**
   * Runs the job when its turn has come. A job whose signal aborts while it waits leaves at once and never starts; one that
   * runs is expected to watch the signal itself, and keeps its turn until it has settled.
   *
   * @throws the signal's reason, or what the job throws
   */
  async take<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#busy) await this.#wait(signal);
    this.#busy = true;
    try {
      return await job();
    } finally {
      this.#next();
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        start: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        }
      };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  // The turn is handed over without a gap: `busy` stays true, so that no newcomer slips in before the waiter resumes.
  #next(): void {
    const [waiter] = this.#waiters;
    this.#busy = waiter !== undefined;
    if (!waiter) return;
    this.#waiters.delete(waiter);
    waiter.start();
  }
}
