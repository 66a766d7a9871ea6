import { type ResampleTaps, WEIGHT_BITS } from './resample-taps.ts';

const HALF = 1 << (WEIGHT_BITS - 1);

/**
 * Scales one row of RGB pixels to another width.
 *
 * @param row u8 [from, 3]
 * @param out u8 [length of the axis, 3], overwritten
 */
export function resampleAcross(row: Uint8Array, { first, count, weights, stride }: ResampleTaps, out: Uint8Array): void {
  let to = 0;
  for (let x = 0; x < first.length; x++) {
    let red = HALF;
    let green = HALF;
    let blue = HALF;
    let from = (first[x] as number) * 3;
    const end = x * stride + (count[x] as number);
    for (let tap = x * stride; tap < end; tap++) {
      const weight = weights[tap] as number;
      red = (red + (row[from] as number) * weight) | 0;
      green = (green + (row[from + 1] as number) * weight) | 0;
      blue = (blue + (row[from + 2] as number) * weight) | 0;
      from += 3;
    }
    out[to] = toByte(red);
    out[to + 1] = toByte(green);
    out[to + 2] = toByte(blue);
    to += 3;
  }
}

/**
 * Makes one row of the result out of the rows that its taps name.
 *
 * @param rows u8 [from, out.length]
 * @param y which of the taps' pixels
 * @param out u8, the row; overwritten
 */
export function resampleDown(rows: Uint8Array, { first, count, weights, stride }: ResampleTaps, y: number, out: Uint8Array): void {
  const start = (first[y] as number) * out.length;
  const end = y * stride + (count[y] as number);
  for (let x = 0; x < out.length; x++) {
    let sum = HALF;
    let from = start + x;
    for (let tap = y * stride; tap < end; tap++) {
      sum = (sum + (rows[from] as number) * (weights[tap] as number)) | 0;
      from += out.length;
    }
    out[x] = toByte(sum);
  }
}

function toByte(sum: number): number {
  return Math.min(Math.max(sum >> WEIGHT_BITS, 0), 255);
}
