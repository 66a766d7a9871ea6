import type { Segment } from '@janus-mesh/contracts';
import { seededRandom } from '@janus-mesh/tensor/testing';
import type { NamedFeatures } from '../../support/tier-calls.ts';

/** So many text tokens, the same for the same seed. */
export function textSegment(count: number, seed = 1): Segment {
  const random = seededRandom(seed);
  return { content: { $case: 'ids', value: { ids: Array.from({ length: count }, () => Math.floor(random() * 1000)) } } };
}

/** A picture's features that nobody has seen before. */
export function newFeatures(rows: number, width: number): NamedFeatures {
  const random = seededRandom(Date.now());
  return {
    hash: crypto.getRandomValues(new Uint8Array(32)),
    values: Float32Array.from({ length: rows * width }, () => random() * 2 - 1),
    rows
  };
}

/** Names features in a prompt. */
export function featuresSegment({ hash, rows }: NamedFeatures): Segment {
  return { content: { $case: 'features', value: { hash, rows } } };
}
