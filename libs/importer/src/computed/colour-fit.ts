import type { CodecConfig } from '@janus-mesh/models';

/** Keeps the fit steady where samples are few. */
const RIDGE = 1e-3;

/**
 * Guesses a colour for every code from those of some: a quadratic function of the code's unit vector, fitted to the known ones by least
 * squares. Neighbouring vectors paint alike, so the guess is close, and it costs a decoded picture or two instead of one for each code.
 *
 * @param codebook f32 [codes, width]
 * @param known codes and their colours, three levels each
 * @returns the level of a channel of a code, 0 to 255
 */
export function fitColours(
  codebook: Float32Array,
  { codeWidth: width }: Pick<CodecConfig, 'codeWidth'>,
  known: ReadonlyMap<number, readonly number[]>
): (code: number, channel: number) => number {
  const count = 1 + width + (width * (width + 1)) / 2;
  const products = new Float64Array(count * count);
  const targets = new Float64Array(count * 3);
  for (const [code, levels] of known) {
    const terms = termsOf(codebook.subarray(code * width, (code + 1) * width));
    for (let i = 0; i < count; i++) {
      const term = terms[i] as number;
      for (let j = 0; j < count; j++) products[i * count + j] = (products[i * count + j] as number) + term * (terms[j] as number);
      for (let channel = 0; channel < 3; channel++)
        targets[i * 3 + channel] = (targets[i * 3 + channel] as number) + term * (levels[channel] as number);
    }
  }
  for (let i = 0; i < count; i++) products[i * count + i] = (products[i * count + i] as number) + RIDGE * Math.max(1, known.size / count);
  const weights = solve(products, targets, count);
  return (code, channel) => {
    const terms = termsOf(codebook.subarray(code * width, (code + 1) * width));
    const level = terms.reduce((sum, term, i) => sum + term * (weights[i * 3 + channel] as number), 0);
    return Math.min(255, Math.max(0, Math.round(level)));
  };
}

// 1, the unit vector's elements, and their products in pairs
function termsOf(code: Float32Array): number[] {
  const size = Math.hypot(...code) || 1;
  const unit = Array.from(code, (value) => value / size);
  return [1, ...unit, ...unit.flatMap((a, i) => unit.slice(i).map((b) => a * b))];
}

// Symmetric positive equations with three right sides, by elimination: [n, n] · x = [n, 3]. Both arrays are used up.
function solve(matrix: Float64Array, right: Float64Array, n: number): Float64Array {
  const at = (array: Float64Array, i: number) => array[i] as number;
  for (let pivot = 0; pivot < n; pivot++) {
    for (let row = pivot + 1; row < n; row++) {
      const factor = at(matrix, row * n + pivot) / at(matrix, pivot * n + pivot);
      for (let column = pivot; column < n; column++)
        matrix[row * n + column] = at(matrix, row * n + column) - factor * at(matrix, pivot * n + column);
      for (let side = 0; side < 3; side++) right[row * 3 + side] = at(right, row * 3 + side) - factor * at(right, pivot * 3 + side);
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let side = 0; side < 3; side++) {
      let value = at(right, row * 3 + side);
      for (let column = row + 1; column < n; column++) value -= at(matrix, row * n + column) * at(right, column * 3 + side);
      right[row * 3 + side] = value / at(matrix, row * n + row);
    }
  }
  return right;
}
