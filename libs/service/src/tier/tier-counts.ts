import type { TierStats } from '@janus-mesh/contracts';

/** Requests that wait and that run, as a tier's queue sees them. */
export interface QueueDepth {
  readonly waiting: number;
  readonly running: number;
}

/** Counts how a tier's requests end. Handlers run inside `stream` or `unary`. */
export class TierCounts {
  readonly #startedAt = performance.now();
  #completed = 0n;
  #failed = 0n;

  /** Passes the events on; the request has failed if they throw, or if nobody takes them to the end. */
  async *stream<T>(events: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    let completed = false;
    try {
      yield* events;
      completed = true;
    } finally {
      this.#end(completed);
    }
  }

  /** Passes the answer on; the request has failed if there is none. */
  async unary<T>(answer: Promise<T>): Promise<T> {
    let completed = false;
    try {
      const value = await answer;
      completed = true;
      return value;
    } finally {
      this.#end(completed);
    }
  }

  /** The counts as the contract reports them. */
  stats(queue: QueueDepth): TierStats {
    return {
      queued: queue.waiting,
      running: queue.running,
      completed: this.#completed,
      failed: this.#failed,
      residentBytes: BigInt(process.memoryUsage.rss()),
      uptimeSeconds: (performance.now() - this.#startedAt) / 1000
    };
  }

  #end(completed: boolean): void {
    if (completed) this.#completed++;
    else this.#failed++;
  }
}
