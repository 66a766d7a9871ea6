import type { WeightsFile } from '@janus-mesh/bundle';

/** Writes the parts of a tensor in order, one while the next is made. */
export class WriteQueue {
  readonly #weights: WeightsFile;
  readonly #name: string;
  #pending: Promise<void> = Promise.resolve();
  #at = 0;

  constructor(weights: WeightsFile, name: string) {
    this.#weights = weights;
    this.#name = name;
  }

  /** Starts to write a part; returns once the one before is written. */
  async push(bytes: Uint8Array): Promise<void> {
    const before = this.#pending;
    this.#pending = this.#weights.write(this.#name, this.#at, bytes);
    this.#pending.catch(() => undefined); // it is awaited with the next part
    this.#at += bytes.byteLength;
    await before;
  }

  async finish(): Promise<void> {
    await this.#pending;
  }
}
