/** What is done for all who ask for it. The signal aborts when nobody waits for it any more. */
export type Work<T> = (signal: AbortSignal, onBegin: () => void) => Promise<T>;

interface Job<T> {
  readonly begun: Promise<void>;
  readonly result: Promise<T>;
  readonly nobodyWaits: AbortController;
  members: number;
}

/** One request's share in a piece of work. */
export interface Share<T> {
  /** Settles when the work says that it has begun; never, if it does not. */
  readonly begun: Promise<void>;
  readonly result: Promise<T>;
  /** Wants the result no longer, or has it. Call it once. */
  leave(): void;
}

/** Does a piece of work once for all requests that ask for it at the same time. */
export class SharedWork<T> {
  readonly #jobs = new Map<string, Job<T>>();

  /** Takes part in the work of this name, or starts it. */
  join(name: string, work: Work<T>): Share<T> {
    const job = this.#jobs.get(name) ?? this.#start(name, work);
    job.members++;
    return { begun: job.begun, result: job.result, leave: () => this.#leave(name, job) };
  }

  #start(name: string, work: Work<T>): Job<T> {
    const nobodyWaits = new AbortController();
    let onBegin = () => {};
    const begun = new Promise<void>((resolve) => {
      onBegin = resolve;
    });
    const result = work(nobodyWaits.signal, onBegin);
    const job = { begun, result, nobodyWaits, members: 0 };
    this.#jobs.set(name, job);
    const forget = () => this.#forget(name, job);
    result.then(forget, forget);
    return job;
  }

  #leave(name: string, job: Job<T>): void {
    job.members--;
    if (job.members > 0) return;
    // Those who come while it stops need it done anew.
    this.#forget(name, job);
    job.nobodyWaits.abort(new Error('nobody waits for it any more'));
  }

  #forget(name: string, job: Job<T>): void {
    if (this.#jobs.get(name) === job) this.#jobs.delete(name);
  }
}
