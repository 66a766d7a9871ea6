import type { EncodeRequest, EncodeResponse, EncodeStart, VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import { PictureError, preparePicture } from '@janus-mesh/image';
import type { Handler } from '@janus-mesh/rpc';
import { openRequest, pictureRefusal, receivePicture, requireRevision } from '@janus-mesh/service';
import { featureChunks } from '../feature-chunks.ts';
import type { VisionEncoder } from '../vision-encoder.ts';

/** Encode: a picture's file in, its features out. */
export function encodeRoute(encoder: VisionEncoder): Handler<VisionEncoderServiceDefinition, 'encode'> {
  return (requests, { signal }) => encoder.counts.stream(encode(encoder, requests, signal));
}

async function* encode(
  encoder: VisionEncoder,
  requests: AsyncIterable<EncodeRequest>,
  signal: AbortSignal
): AsyncGenerator<EncodeResponse> {
  const { start, pieces } = await openRequest(requests, 'chunk');
  requireRevision(encoder.info.revision, start.revision);
  const features = await featuresOf(encoder, start, pieces, signal);
  yield* featureChunks(features, encoder.vision.rows);
}

/** The place in the queue is taken before the upload: so what uploads and decoded pictures take is bounded too. */
async function featuresOf(
  { queue, preparing, siglip, limits, preprocess }: VisionEncoder,
  { rawOrientation = false }: EncodeStart,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal
): Promise<Float32Array> {
  const place = queue.enter();
  try {
    const file = await receivePicture(chunks, limits.maxBytes);
    const { pixels } = await preparing.take(() => preparePicture(file, preprocess, { rawOrientation, limits, signal }), signal);
    const [features] = await place.run((running) => siglip.encode([pixels], running), signal);
    return features as Float32Array;
  } catch (error) {
    throw error instanceof PictureError ? pictureRefusal(error) : error;
  } finally {
    place.leave();
  }
}
