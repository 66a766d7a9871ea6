import type { EncodeRequest, EncodeResponse, EncodeStart, VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import { PictureError } from '@janus-mesh/image';
import type { CallContext, Handler } from '@janus-mesh/rpc';
import { abortable, openRequest, type Place, pictureRefusal, receivePicture, requireRevision } from '@janus-mesh/service';
import { spanEvents } from '@janus-mesh/telemetry';
import { featureChunks } from '../feature-chunks.ts';
import type { VisionEncoder } from '../vision-encoder.ts';

/** Encode: a picture's file in, its features out. */
export function encodeRoute(encoder: VisionEncoder): Handler<VisionEncoderServiceDefinition, 'encode'> {
  return (requests, call) => encoder.counts.stream(encode(encoder, requests, call));
}

/** The place in the queue is taken before the upload: so what uploads and decoded pictures take is bounded too. */
async function* encode(
  encoder: VisionEncoder,
  requests: AsyncIterable<EncodeRequest>,
  { signal, trace }: CallContext
): AsyncGenerator<EncodeResponse> {
  const { start, pieces } = await openRequest(requests, 'chunk');
  requireRevision(encoder.info.revision, start.revision);
  const place = encoder.queue.enter(signal, () => trace.event(spanEvents.admitted));
  try {
    yield* featureChunks(await featuresOf(encoder, start, pieces, place), encoder.vision.rows);
  } finally {
    place.leave();
  }
}

async function featuresOf(
  { features, maxPictureBytes }: VisionEncoder,
  { rawOrientation = false }: EncodeStart,
  chunks: AsyncIterable<Uint8Array>,
  place: Place
): Promise<Float32Array> {
  try {
    const file = await abortable(receivePicture(chunks, maxPictureBytes), place.signal);
    return await features.of(file, { rawOrientation }, place);
  } catch (error) {
    throw error instanceof PictureError ? pictureRefusal(error) : error;
  }
}
