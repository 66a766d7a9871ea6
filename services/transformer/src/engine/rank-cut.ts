/** The largest key there can be: nothing lies behind it. */
export const LAST_KEY = 0x7fffffff;

// A key is read as three digits from the top: 11, 11 and 10 bits. The sign bit is flipped, so that digits ascend as keys do.
const DIGITS = [
  { shift: 21, bins: 2048, flip: 1024 },
  { shift: 10, bins: 2048, flip: 0 },
  { shift: 0, bins: 1024, flip: 0 }
] as const;

type Digit = (typeof DIGITS)[number];

/**
 * Finds where a ranking has to be cut, in O(n) and without sorting: three histograms, each over a digit of those keys that the
 * ones before singled out.
 */
export class RankCut {
  readonly #histogram = new Float64Array(2048);
  #prefix = 0; // the digits found so far, in place
  #mask = 0; // which bits of a key they cover
  /** The first key, in ascending order, up to which the weights reach the target; the last key there is if they never do. */
  key = 0;
  /** Sum of the weights of all smaller keys. */
  before = 0;

  /**
   * @param keys i32 [n], smaller is better
   * @param weights f64, for each key, not negative; undefined counts each key as 1
   * @param target what the weights have to reach, above 0
   * @param last keys above this one do not take part
   */
  find(keys: Int32Array, weights: Float64Array | undefined, target: number, last = LAST_KEY): void {
    this.#prefix = 0;
    this.#mask = 0;
    this.before = 0;
    for (const digit of DIGITS) {
      // A bin nobody falls into must differ from one whose weights sum to 0: the cut may have to be there.
      this.#histogram.fill(-1);
      if (weights === undefined) this.#countKeys(keys, digit, last);
      else this.#sumWeights(keys, weights, digit, last);
      this.#prefix |= (this.#walk(digit.bins, target) ^ digit.flip) << digit.shift;
      this.#mask |= (digit.bins - 1) << digit.shift;
    }
    this.key = this.#prefix;
  }

  #countKeys(keys: Int32Array, { shift, bins, flip }: Digit, last: number): void {
    const histogram = this.#histogram;
    const prefix = this.#prefix;
    const mask = this.#mask;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as number;
      if ((key & mask) !== prefix || key > last) continue;
      const bin = ((key >> shift) & (bins - 1)) ^ flip;
      const sum = histogram[bin] as number;
      histogram[bin] = sum < 0 ? 1 : sum + 1;
    }
  }

  #sumWeights(keys: Int32Array, weights: Float64Array, { shift, bins, flip }: Digit, last: number): void {
    const histogram = this.#histogram;
    const prefix = this.#prefix;
    const mask = this.#mask;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as number;
      if ((key & mask) !== prefix || key > last) continue;
      const bin = ((key >> shift) & (bins - 1)) ^ flip;
      const sum = histogram[bin] as number;
      histogram[bin] = sum < 0 ? (weights[i] as number) : sum + (weights[i] as number);
    }
  }

  // Returns the bin in which the target is reached, and adds those before it to `before`.
  #walk(bins: number, target: number): number {
    let found = 0;
    let sum = this.before;
    for (let bin = 0; bin < bins; bin++) {
      const weight = this.#histogram[bin] as number;
      if (weight < 0) continue;
      found = bin;
      this.before = sum;
      sum += weight;
      if (sum >= target) break;
    }
    return found;
  }
}
