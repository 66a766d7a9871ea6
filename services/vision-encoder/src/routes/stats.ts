import type { VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import type { Handler } from '@janus-mesh/rpc';
import type { VisionEncoder } from '../vision-encoder.ts';

/** GetVisionEncoderStats. */
export function statsRoute({ counts, queue }: VisionEncoder): Handler<VisionEncoderServiceDefinition, 'getVisionEncoderStats'> {
  return async () => ({ tier: counts.stats(queue) });
}
