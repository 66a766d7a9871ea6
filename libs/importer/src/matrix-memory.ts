/** Matrices are as aligned as anything that is read from them may want. */
const ALIGNMENT = 64;

/** A stretch of the memory that is still written from. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly written: Promise<void>;
}

/**
 * Memory that matrices are made in: as much as the largest takes. They are put one behind the other, and again from the start: one is made
 * as soon as what lay in its place is written, while the rest may still be on its way to the file.
 */
export class MatrixMemory {
  readonly #memory: ArrayBuffer;
  #parts: readonly Part[] = [];
  /** Where the next matrix begins, if it fits there. */
  #next = 0;

  /** @param bytes of the largest matrix; untouched pages of it cost nothing */
  constructor(bytes: number) {
    this.#memory = new ArrayBuffer(bytes);
  }

  /** Memory for a matrix, once what was made there before is written; what it holds is left over. @throws what that failed with */
  async take(bytes: number): Promise<Uint8Array> {
    const from = this.#next + bytes > this.#memory.byteLength ? 0 : this.#next;
    const to = from + bytes;
    const isInPlace = (part: Part) => part.from < to && from < part.to;
    for (const part of this.#parts.filter(isInPlace)) await part.written;
    this.#parts = this.#parts.filter((part) => !isInPlace(part));
    this.#next = Math.ceil(to / ALIGNMENT) * ALIGNMENT;
    return new Uint8Array(this.#memory, from, bytes);
  }

  /** Keeps a part of what was taken until it is written. */
  keepFor(part: Uint8Array, written: Promise<void>): void {
    written.catch(() => undefined); // it is awaited with what is made there next
    this.#parts = [...this.#parts, { from: part.byteOffset, to: part.byteOffset + part.byteLength, written }];
  }

  /** Waits for all writes. @throws what one of them failed with */
  async finish(): Promise<void> {
    await Promise.all(this.#parts.map(({ written }) => written));
  }
}
