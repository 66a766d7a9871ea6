import type { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import type { Handler } from '@janus-mesh/rpc';
import type { ImageCodec } from '../image-codec.ts';

/** GetImageCodecStats. */
export function statsRoute({ counts, queue }: ImageCodec): Handler<ImageCodecServiceDefinition, 'getImageCodecStats'> {
  return async () => ({ tier: counts.stats(queue) });
}
