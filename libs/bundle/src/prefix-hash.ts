import type { HashOptions } from './hash-file.ts';
import { HashThread } from './hash-thread.ts';

const PART_BYTES = 32 * 2 ** 20;

/** Takes the sum of a file while it is written: what is complete from its start on is hashed on another thread. */
export class PrefixHash {
  readonly #thread = new HashThread();
  readonly #fd: number;
  readonly #total: number;
  /** Every range that was handed over: they are hashed in order, so the last one settles last. */
  #last: Promise<void> = Promise.resolve();
  #handed = 0;

  /** @param total size the file will have */
  constructor(fd: number, total: number) {
    this.#fd = fd;
    this.#total = total;
  }

  /** Tells that the file will not change any more before that byte. */
  completeTo(end: number): void {
    while (end - this.#handed >= PART_BYTES) void this.#hand(PART_BYTES);
  }

  /** The sum of the whole file, once all of it is written. @throws what the signal says */
  async finish({ onProgress, signal }: HashOptions = {}): Promise<string> {
    await this.#last;
    while (this.#handed < this.#total) {
      signal?.throwIfAborted();
      await this.#hand(Math.min(PART_BYTES, this.#total - this.#handed));
      onProgress?.({ done: this.#handed, total: this.#total });
    }
    return await this.#thread.digest();
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#last.catch(() => undefined); // the file must stay open under a read
    await this.#thread.close();
  }

  #hand(bytes: number): Promise<void> {
    this.#last = this.#thread.updateFrom({ fd: this.#fd, offset: this.#handed, bytes });
    this.#last.catch(() => undefined); // `finish` tells it
    this.#handed += bytes;
    return this.#last;
  }
}
