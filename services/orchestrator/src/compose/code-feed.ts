/** The codes of a growing picture: each reader gets all of them from the first on, in pieces, as they come. */
export class CodeFeed implements AsyncIterable<number[]> {
  readonly #codes: number[] = [];
  #isComplete = false;
  #waiting: (() => void)[] = [];

  /** Those that are known. */
  get codes(): readonly number[] {
    return this.#codes;
  }

  push(ids: readonly number[]): void {
    this.#codes.push(...ids);
    this.#wake();
  }

  /** Says that no more come. */
  end(): void {
    this.#isComplete = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<number[], void> {
    let read = 0;
    for (;;) {
      if (read < this.#codes.length) {
        const next = this.#codes.slice(read);
        read += next.length;
        yield next;
      } else if (this.#isComplete) return;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
