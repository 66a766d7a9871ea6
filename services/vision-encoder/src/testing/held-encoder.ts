import type { Siglip } from '../siglip.ts';

type Encode = Siglip['encode'];

/** An encoder whose runs begin only when a test lets them; then they are those of another. */
export class HeldEncoder {
  /** Pictures of each run so far. */
  readonly batches: number[] = [];
  /** Signals of the runs so far. */
  readonly signals: (AbortSignal | undefined)[] = [];
  readonly #encode: Encode;
  #letGo: () => void = () => {};
  #isOpen = false;

  constructor(encode: Encode) {
    this.#encode = encode;
  }

  /** Lets the run that is held go on. */
  release(): void {
    this.#letGo();
  }

  /** Holds no run from now on. */
  open(): void {
    this.#isOpen = true;
    this.#letGo();
  }

  async encode(pictures: readonly Float32Array[], signal?: AbortSignal): Promise<Float32Array[]> {
    this.batches.push(pictures.length);
    this.signals.push(signal);
    if (!this.#isOpen) {
      await new Promise<void>((resolve, reject) => {
        this.#letGo = resolve;
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    }
    return await this.#encode(pictures, signal);
  }
}
