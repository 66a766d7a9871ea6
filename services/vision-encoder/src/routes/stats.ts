import type { VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import type { Handler } from '@janus-mesh/rpc';
import type { VisionEncoder } from '../vision-encoder.ts';

/** GetVisionEncoderStats. */
export function statsRoute({ counts, queue, features }: VisionEncoder): Handler<VisionEncoderServiceDefinition, 'getVisionEncoderStats'> {
  const { cache, batches } = features;
  return async () => ({ tier: counts.stats(queue), cache: cache.stats(), runs: batches.runs, pictures: batches.pictures });
}
