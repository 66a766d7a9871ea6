/** What an output queue tells its owner. */
export interface OutputQueueListener {
  /** The reader took enough for a full queue not to be full any more. */
  drained(): void;
  /** The reader went away before the end. */
  abandoned(): void;
}

/**
 * Events on their way to one reader. Writing never waits and never loses anything; events that can be joined to an unread one
 * are, so that a reader that falls behind finds few large events and not many small ones.
 */
export class OutputQueue<Event> implements AsyncIterable<Event> {
  readonly #fullBytes: number;
  readonly #listener: OutputQueueListener;
  readonly #unread: { event: Event; bytes: number }[] = [];
  #unreadBytes = 0;
  #closed: { error: Error | undefined } | undefined;
  #wakeReader: (() => void) | undefined;

  /** @param fullBytes unread bytes from which on it counts as full: nothing is dropped, its owner brings no more meanwhile */
  constructor(fullBytes: number, listener: OutputQueueListener) {
    this.#fullBytes = fullBytes;
    this.#listener = listener;
  }

  /** Whether the reader has to take something before more is made for it. */
  get isFull(): boolean {
    return this.#unreadBytes >= this.#fullBytes;
  }

  /** Events the reader has not taken. */
  get length(): number {
    return this.#unread.length;
  }

  /**
   * Adds an event, unless it could be joined to an unread one. After the end nothing is added.
   *
   * @param bytes of memory the event holds, where that is much
   * @param join tries to put the new event into an unread one, newest first; returns whether it did
   */
  push(event: Event, { bytes = 0, join }: { bytes?: number; join?: (unread: Event) => boolean } = {}): void {
    if (this.#closed) return;
    if (join && this.#unread.findLast((entry) => join(entry.event))) return;
    this.#unread.push({ event, bytes });
    this.#unreadBytes += bytes;
    this.#changed();
  }

  /** No more events: the reader gets what is there, then the end. */
  end(): void {
    this.#close(undefined);
  }

  /** No more events: the reader gets what is there, then the error. */
  fail(error: Error): void {
    this.#close(error);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void> {
    try {
      for (;;) {
        const entry = this.#take();
        if (entry) yield entry.event;
        else if (this.#closed) break;
        else await this.#somethingNew();
      }
      if (this.#closed?.error) throw this.#closed.error;
    } finally {
      if (!this.#closed) this.#listener.abandoned();
    }
  }

  #take(): { event: Event } | undefined {
    const wasFull = this.isFull;
    const entry = this.#unread.shift();
    if (!entry) return undefined;
    this.#unreadBytes -= entry.bytes;
    if (wasFull && !this.isFull) this.#listener.drained();
    return entry;
  }

  #close(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = { error };
    this.#changed();
  }

  #changed(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    wake?.();
  }

  #somethingNew(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeReader = resolve;
    });
  }
}
