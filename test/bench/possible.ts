import type { ModelConfig } from '@janus-mesh/models';
import { PRODUCT_OPERATIONS, READ_BYTES } from './limit-work.ts';
import type { Results } from './results.ts';
import { workOf } from './work.ts';

/** Bytes a weight takes, scales included. */
const WEIGHT_BYTES: Readonly<Record<string, number>> = {
  w8a8: 1,
  w4: 0.5 + 4 / 32,
  'w4 b128': 0.5 + 4 / 128,
  'pytorch bf16': 2,
  'openvino int8': 1,
  'openvino int4': 0.5 + 2 / 128
};

/**
 * Which share of the possible a subject reached at a case, from 0 to 1: the time that reading its weights once, or computing in int8, takes
 * at what this machine was measured to do at most in the same rounds, whichever is longer, against the time it took.
 */
export function shareOfPossible(
  results: Results,
  config: ModelConfig,
  { subject, name }: { subject: string; name: string }
): number | undefined {
  const work = workOf(name, config);
  const bytes = WEIGHT_BYTES[subject];
  const [taken, read, compute] = [results.median(subject, name), results.median('read limit', name), results.median('int8 limit', name)];
  if (!work || !bytes || !taken || !read || !compute) return undefined;
  return Math.max((work.weights * bytes * read) / READ_BYTES, (work.operations * compute) / PRODUCT_OPERATIONS) / taken;
}
