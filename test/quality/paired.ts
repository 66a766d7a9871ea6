/** By how much one share of right cases exceeds another, with its 95 % interval. */
export interface PairedDifference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Compares two subjects on the same cases: share right of `second` less that of `first`. Pairing takes out how hard each case is.
 *
 * @throws {RangeError} if they were not asked the same number of cases, or less than two
 */
export function pairedDifference(first: readonly boolean[], second: readonly boolean[]): PairedDifference {
  const count = first.length;
  if (count < 2 || second.length !== count)
    throw new RangeError(`${count} verdicts against ${second.length}: need as many, and two at least`);
  const differences = first.map((right, i) => Number(second[i]) - Number(right));
  const difference = differences.reduce((sum, value) => sum + value, 0) / count;
  const variance = differences.reduce((sum, value) => sum + (value - difference) ** 2, 0) / (count - 1);
  const halfWidth = 1.96 * Math.sqrt(variance / count);
  return { difference, low: difference - halfWidth, high: difference + halfWidth };
}
