import { philox4x32 } from './philox.ts';

/** The uniform numbers of one sample: a pure function of its seed and the position of the token they draw. */
export class Uniform {
  readonly #keyLow: number;
  readonly #keyHigh: number;
  readonly #counter = new Uint32Array(4);

  /** @param seed any whole number; taken modulo 2^64 */
  constructor(seed: bigint) {
    const key = BigInt.asUintN(64, seed);
    this.#keyLow = Number(key & 0xffffffffn);
    this.#keyHigh = Number(key >> 32n);
  }

  /**
   * The number for one position: (x + 0.5) / 2^32, where x is the first word of Philox4x32-10 of (position, 0, 0, 0). Never 0,
   * never 1.
   *
   * @param position new tokens of the sample before this one
   */
  at(position: number): number {
    const counter = this.#counter;
    counter[0] = position;
    counter[1] = counter[2] = counter[3] = 0;
    philox4x32(counter, this.#keyLow, this.#keyHigh);
    return ((counter[0] as number) + 0.5) / 2 ** 32;
  }
}
