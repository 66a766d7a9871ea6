/**
 * Merges the events of several producers into one stream, in the order they were pushed, without ever making a producer
 * wait. It stays bounded because events are of two kinds: those that must arrive, of which there are few, and views of a
 * moving state, named by a key. Once `capacity` events wait unread, a view takes the place of the newest waiting one with its key.
 */
export class EventQueue<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  readonly #waiting: { readonly key: string | undefined; readonly event: T }[] = [];
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Adds an event. @param key name of the moving state that the event is a view of */
  push(event: T, key?: string): void {
    if (this.#end !== undefined) return;
    const isCrowded = key !== undefined && this.#waiting.length >= this.#capacity;
    const older = isCrowded ? this.#waiting.findLastIndex((entry) => entry.key === key) : -1;
    if (older >= 0) this.#waiting[older] = { key, event };
    else this.#waiting.push({ key, event });
    this.#wake?.();
  }

  /** Ends the stream after what waits. */
  end(): void {
    this.#end ??= {};
    this.#wake?.();
  }

  /** Ends the stream at once: what waits is dropped, the reader gets the error. */
  fail(error: unknown): void {
    if (this.#end === undefined) this.#waiting.length = 0;
    this.#end ??= { error };
    this.#wake?.();
  }

  /** Events that wait to be read. */
  get length(): number {
    return this.#waiting.length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next.event;
      else if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error;
      else if (this.#end !== undefined) return;
      else await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
