import type { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import type { Handlers } from '@janus-mesh/rpc';
import type { ImageCodec } from './image-codec.ts';
import { decodeRoute } from './routes/decode.ts';
import { describeRoute } from './routes/describe.ts';
import { statsRoute } from './routes/stats.ts';
import { tokenizeRoute } from './routes/tokenize.ts';

/** All calls of the image codec. */
export function imageCodecHandlers(codec: ImageCodec): Handlers<ImageCodecServiceDefinition> {
  return {
    decode: decodeRoute(codec),
    tokenize: tokenizeRoute(codec),
    describeImageCodec: describeRoute(codec),
    getImageCodecStats: statsRoute(codec)
  };
}
