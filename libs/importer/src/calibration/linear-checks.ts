import { blockOf, type KeptLinear, type LinearForm, linearForm, type Quantization } from '@janus-mesh/models';
import type { ProbeRunner } from './probe-runner.ts';
import { relativeError } from './relative-error.ts';
import { Rounding } from './rounding.ts';

/**
 * Largest relative error of a linear's output that passes. Rounding alone costs about 1 % in w8a8 and 8 % in w4; a row of activations with
 * outliers 50 times the others costs 30 % and more.
 */
export const ERROR_LIMITS: Readonly<Record<Exclude<LinearForm, 'f32'>, number>> = { w8a8: 0.05, w4: 0.16 };

/** Columns of a linear that are looked at: errors are much alike in all of them, as activations are shared and each has its own scale. */
const COLUMNS = 128;

/** What a linear is tried in, from the form it shall have to the better ones. */
const CANDIDATES: Readonly<Record<Exclude<LinearForm, 'f32'>, readonly Exclude<LinearForm, 'f32'>[]>> = {
  w8a8: ['w8a8'],
  w4: ['w4', 'w8a8']
};

/** Tries linears in their quantised form on activations, and lists those that lose too much. */
export class LinearChecks {
  readonly kept: KeptLinear[] = [];
  /** The error of every linear that was tried, in the form it shall have. */
  readonly errors = new Map<string, number>();
  readonly #linear: ProbeRunner;
  readonly #quantization: Quantization;
  readonly #rounding: Rounding;

  /** @param linear runs `linearProbe` */
  constructor(linear: ProbeRunner, quantization: Quantization) {
    this.#linear = linear;
    this.#quantization = quantization;
    this.#rounding = new Rounding(blockOf(quantization));
  }

  /** Whether the linear is to be quantised at all. */
  isQuantized(name: string): boolean {
    return linearForm(this.#quantization, name) !== 'f32';
  }

  /**
   * Tries a linear; the better form it needs, if any, is put into `kept`.
   *
   * @param x activations f32 [T, k]
   * @param rows of its weight, f32 [n, k]: all, or some that stand for all
   */
  async check(name: string, x: Float32Array, rows: Float32Array, k: number): Promise<void> {
    const form = linearForm(this.#quantization, name);
    if (form === 'f32') return;
    const undivided = form === 'w4' && !this.#divides(k) ? { undivided: k } : {};
    const weight = this.#rounding.picked(rows, k, spread(rows.length / k));
    const exact = await this.#product(x, weight, k);
    let first: number | undefined;
    for (const candidate of CANDIDATES[form]) {
      const error = await this.#errorOf(candidate, { x, weight, k, exact });
      first ??= error;
      if (error > ERROR_LIMITS[candidate]) continue;
      if (candidate !== form) this.kept.push({ linear: name, form: candidate, error: first, limit: ERROR_LIMITS[form], ...undivided });
      this.errors.set(name, first);
      return;
    }
    this.errors.set(name, first ?? 0);
    this.kept.push({ linear: name, form: 'f32', error: first ?? 0, limit: ERROR_LIMITS[form], ...undivided });
  }

  async #errorOf(
    form: Exclude<LinearForm, 'f32'>,
    { x, weight, k, exact }: { x: Float32Array; weight: Float32Array; k: number; exact: Float32Array }
  ): Promise<number> {
    if (form === 'w4' && !this.#divides(k)) return 1; // it can not be stored so
    const product = await this.#product(this.#rounding.input(form, x, k), this.#rounding.weight(form, weight, k), k);
    return relativeError(exact, product, weight.length / k);
  }

  #divides(k: number): boolean {
    return k % blockOf(this.#quantization) === 0;
  }

  async #product(x: Float32Array, weight: Float32Array, k: number): Promise<Float32Array> {
    const [t, n] = [x.length / k, weight.length / k];
    const { y } = await this.#linear.run({ x: { dims: [t, k], data: x }, weight: { dims: [n, k], data: weight } }, { y: [t, n] });
    return y;
  }
}

/** At most `COLUMNS` rows, evenly spread over all. */
export function spread(count: number): number[] {
  const picked = Math.min(COLUMNS, count);
  return Array.from({ length: picked }, (_, i) => Math.floor((i * count) / picked));
}
