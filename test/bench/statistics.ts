/** A value and how far the middle half of its samples lies apart. */
export interface Spread {
  readonly median: number;
  /** First and third quartile. */
  readonly low: number;
  readonly high: number;
}

/** A line through points in time. */
export interface Slope {
  /** Units of y a unit of x. */
  readonly slope: number;
  /** Upper end of the slope's two-sided 95 % interval. */
  readonly upper: number;
}

/**
 * The value below which a share of the samples lies, between two samples in proportion.
 *
 * @param share from 0 to 1
 * @throws {RangeError} if there are no samples
 */
export function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError('no samples');
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return below + (above - below) * (at - Math.floor(at));
}

/** The arithmetic mean; NaN of no samples. */
export function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

/** The middle sample. @throws {RangeError} if there are no samples */
export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** Median and quartiles. @throws {RangeError} if there are no samples */
export function spread(samples: readonly number[]): Spread {
  return { median: median(samples), low: quantile(samples, 0.25), high: quantile(samples, 0.75) };
}

/**
 * The least-squares line through points, with the uncertainty that its residuals say it has.
 *
 * @throws {RangeError} if there are less than three points, or all at the same x
 */
export function slope(points: readonly (readonly [x: number, y: number])[]): Slope {
  const count = points.length;
  if (count < 3) throw new RangeError(`${count} points: a slope with its uncertainty needs three`);
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const squares = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (squares === 0) throw new RangeError('all points at the same x have no slope');
  const value = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / squares;
  const residual = points.reduce((sum, [x, y]) => sum + (y - meanY - value * (x - meanX)) ** 2, 0);
  return { slope: value, upper: value + studentT(count - 2) * Math.sqrt(residual / (count - 2) / squares) };
}

/** The 97.5 % quantile of Student's t. For more degrees of freedom than tabled, Cornish-Fisher's expansion around the normal one. */
function studentT(freedom: number): number {
  const tabled = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228][freedom - 1];
  const z = 1.959964;
  return tabled ?? z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}
