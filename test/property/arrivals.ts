import { seededRandom } from '@janus-mesh/tensor/testing';

/** Requests come within this part of the time that they take one after the other. */
const LONGEST = 0.4;

/**
 * When each request comes: mostly each at a moment of its own, sometimes in groups of the same moment, or all at once.
 *
 * @param seed repeats the pattern
 * @returns of each, a part of the time that all take one after the other
 */
export function arrivals(seed: number, count: number): number[] {
  const random = seededRandom(seed);
  const spread = random() < 0.1 ? 0 : random() * LONGEST;
  const groups = random() < 0.3 ? 2 + Math.floor(random() * 3) : count;
  const moments = Array.from({ length: groups }, () => random() * spread);
  return Array.from({ length: count }, (_, at) => moments[groups === count ? at : Math.floor(random() * groups)] as number);
}
