/**
 * How far rows are off: the root of the mean, over rows, of |difference|² / |row|². Each row counts alike, so that a few huge ones (as the
 * first token of a prompt often is) do not hide what happens to the others. Rows of zeros do not count.
 *
 * @param exact f32 [n, length]
 * @param other f32 [n, length]
 */
export function relativeError(exact: Float32Array, other: Float32Array, length: number): number {
  let sum = 0;
  let rows = 0;
  for (let at = 0; at < exact.length; at += length) {
    let size = 0;
    let off = 0;
    for (let i = at; i < at + length; i++) {
      const value = exact[i] as number;
      size += value * value;
      off += (value - (other[i] as number)) ** 2;
    }
    if (size === 0) continue;
    sum += off / size;
    rows++;
  }
  return rows === 0 ? 0 : Math.sqrt(sum / rows);
}
