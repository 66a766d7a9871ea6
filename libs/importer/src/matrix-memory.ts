/** Matrices are as aligned as anything that is read from them may want. */
const ALIGNMENT = 64;

/**
 * Memory that matrices are made in: as much as the largest takes. One that takes no more than half of it is made while the one before is
 * written.
 */
export class MatrixMemory {
  readonly #memory: ArrayBuffer;
  readonly #half: number;
  #writes: [Promise<void>, Promise<void>] = [Promise.resolve(), Promise.resolve()];
  /** Which halves the last matrix lies in. */
  #taken: readonly (0 | 1)[] = [1];

  /** @param bytes of the largest matrix; untouched pages of it cost nothing */
  constructor(bytes: number) {
    this.#memory = new ArrayBuffer(bytes);
    this.#half = Math.floor(bytes / 2 / ALIGNMENT) * ALIGNMENT;
  }

  /** Memory for a matrix, once what was made there before is written; what it holds is left over. @throws what that failed with */
  async take(bytes: number): Promise<Uint8Array> {
    const next = this.#taken.includes(1) ? 0 : 1;
    this.#taken = bytes > this.#half ? [0, 1] : [next];
    for (const half of this.#taken) await this.#writes[half];
    return new Uint8Array(this.#memory, bytes > this.#half ? 0 : next * this.#half, bytes);
  }

  /** Keeps what was taken last until it is written. */
  keepFor(written: Promise<void>): void {
    written.catch(() => undefined); // it is awaited with what is made there next
    for (const half of this.#taken) this.#writes[half] = written;
  }

  /** Waits for all writes. @throws what one of them failed with */
  async finish(): Promise<void> {
    await Promise.all(this.#writes);
  }
}
