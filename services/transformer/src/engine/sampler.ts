import { LAST_KEY, RankCut } from './rank-cut.ts';

/** How a token is drawn from a row of logits. */
export interface SamplingParameters {
  /** Divides the logits; 0 is argmax, the lowest id on ties. */
  readonly temperature: number;
  /** Keeps the k largest logits, and those equal to the k-th; 0 keeps all. */
  readonly topK: number;
  /** Keeps the smallest set that has this share of what top-k left, the token that crosses it included; 1 keeps all. */
  readonly topP: number;
}

/**
 * Draws tokens: temperature, top-k, top-p, then the inverse of the cumulative distribution in id order, all in f64. Pure but
 * for its scratch memory, which is allocated once.
 */
export class Sampler {
  readonly #logits: Float32Array; // a copy, so that the bits can be read as keys
  readonly #keys: Int32Array; // the same memory
  readonly #weights: Float64Array; // what is kept, not normalised
  readonly #cut = new RankCut();

  /** @param vocabulary most logits a row may have */
  constructor(vocabulary: number) {
    this.#logits = new Float32Array(vocabulary);
    this.#keys = new Int32Array(this.#logits.buffer);
    this.#weights = new Float64Array(vocabulary);
  }

  /**
   * The id for one uniform number.
   *
   * @param logits f32 [n], n up to the vocabulary
   * @param u in (0, 1), see Uniform
   * @returns an id from 0 to n - 1, or -1 if the logits are no numbers to draw from (NaN, or no finite maximum)
   */
  draw(logits: Float32Array, sampling: SamplingParameters, u: number): number {
    if (sampling.temperature === 0) return argmax(logits);
    const total = this.#weigh(logits, sampling);
    if (!(total > 0)) return -1;
    const weights = this.#weights;
    const limit = u * total;
    let sum = 0;
    for (let id = 0; id < logits.length; id++) {
      sum += weights[id] as number; // the same additions in the same order as `total`: the last sum is `total`
      if (sum > limit) return id;
    }
    return -1;
  }

  /**
   * The distribution that `draw` inverts.
   *
   * @returns f64 [n], a new array; sums to 1
   * @throws {RangeError} if the logits are no numbers to draw from
   */
  probabilities(logits: Float32Array, sampling: SamplingParameters): Float64Array {
    const result = new Float64Array(logits.length);
    if (sampling.temperature === 0) {
      const id = argmax(logits);
      if (id < 0) throw new RangeError('the logits hold NaN or no finite maximum');
      result[id] = 1;
      return result;
    }
    const total = this.#weigh(logits, sampling);
    if (!(total > 0)) throw new RangeError('the logits hold NaN or no finite maximum');
    for (let id = 0; id < result.length; id++) result[id] = (this.#weights[id] as number) / total;
    return result;
  }

  // Fills #weights with exp((logit - max) / temperature) where a token is kept and 0 elsewhere; returns their sum in id order.
  #weigh(logits: Float32Array, sampling: SamplingParameters): number {
    const n = logits.length;
    const cutsK = sampling.topK > 0 && sampling.topK < n;
    const cutsP = sampling.topP < 1;
    const max = maximum(logits);
    if (!Number.isFinite(max)) return Number.NaN;
    if (!cutsK && !cutsP) return this.#exponentials(logits, max, sampling.temperature);
    const keys = this.#rank(logits);
    let last = LAST_KEY;
    if (cutsK) {
      this.#cut.find(keys, undefined, sampling.topK);
      last = this.#cut.key;
    }
    const kept = this.#exponentials(logits, max, sampling.temperature, last);
    if (!cutsP || !(kept > 0)) return kept;
    this.#cut.find(keys, this.#weights, sampling.topP * kept, last);
    return this.#dropAfterCut(keys, sampling.topP * kept - this.#cut.before);
  }

  // The logits' bits as i32 keys in descending order of the values: the largest logit has the smallest key.
  #rank(logits: Float32Array): Int32Array {
    const n = logits.length;
    const copy = this.#logits;
    const keys = this.#keys;
    for (let i = 0; i < n; i++) copy[i] = (logits[i] as number) + 0; // -0 becomes 0, equal values get equal keys
    for (let i = 0; i < n; i++) {
      const bits = keys[i] as number;
      // Bits of negative numbers grow as the numbers fall: they keep their order. No branch, it would be a coin toss.
      keys[i] = ~(bits ^ ((bits >> 31) & 0x7fffffff));
    }
    return keys.subarray(0, n);
  }

  // Keys above `last` get the weight 0; only where it is given are there keys to read.
  #exponentials(logits: Float32Array, max: number, temperature: number, last = LAST_KEY): number {
    const weights = this.#weights;
    const keys = this.#keys;
    let sum = 0;
    for (let i = 0; i < logits.length; i++) {
      const dropped = last !== LAST_KEY && (keys[i] as number) > last;
      const weight = dropped ? 0 : Math.exp(((logits[i] as number) - max) / temperature);
      weights[i] = weight;
      sum += weight;
    }
    return sum;
  }

  // Among tokens of exactly the cut's logit, as many of the lowest ids stay as are needed to reach `missing`.
  #dropAfterCut(keys: Int32Array, missing: number): number {
    const weights = this.#weights;
    const cutKey = this.#cut.key;
    let sum = 0;
    let reached = 0;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as number;
      const weight = weights[i] as number;
      if (key > cutKey || (key === cutKey && reached > 0 && reached >= missing)) {
        weights[i] = 0;
        continue;
      }
      if (key === cutKey) reached += weight;
      sum += weight;
    }
    return sum;
  }
}

/**
 * The probabilities one row of logits is drawn with.
 *
 * @param logits f32 [n]
 * @returns f64 [n], sums to 1
 * @throws {RangeError} if the logits are no numbers to draw from
 */
export function probabilities(logits: Float32Array, sampling: SamplingParameters): Float64Array {
  return new Sampler(logits.length).probabilities(logits, sampling);
}

/** The id of the largest logit, the lowest on ties; -1 if there is a NaN or no finite maximum. */
function argmax(logits: Float32Array): number {
  let best = -1;
  let max = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id] as number;
    if (Number.isNaN(logit)) return -1;
    if (logit > max) {
      max = logit;
      best = id;
    }
  }
  return max === Number.POSITIVE_INFINITY ? -1 : best;
}

function maximum(logits: Float32Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i] as number;
    if (logit > max) max = logit;
  }
  return max;
}
