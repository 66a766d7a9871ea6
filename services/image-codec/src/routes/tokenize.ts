import type { ImageCodecServiceDefinition, TokenizeRequest, TokenizeResponse, TokenizeStart } from '@janus-mesh/contracts';
import { codecPixels, cropToSquare, decodePicture, PictureError } from '@janus-mesh/image';
import { type CallContext, type Handler, invalidArgument } from '@janus-mesh/rpc';
import {
  abortable,
  f32Tensor,
  openRequest,
  pictureRefusal,
  receivePicture,
  requireDiagnostics,
  requireRevision
} from '@janus-mesh/service';
import { spanEvents } from '@janus-mesh/telemetry';
import { f32View } from '@janus-mesh/tensor';
import type { ImageCodec } from '../image-codec.ts';

/** Tokenize: a picture's file in, its codes out. */
export function tokenizeRoute(codec: ImageCodec): Handler<ImageCodecServiceDefinition, 'tokenize'> {
  return (requests, call) => codec.counts.unary(tokenize(codec, requests, call));
}

async function tokenize(
  codec: ImageCodec,
  requests: AsyncIterable<TokenizeRequest>,
  { signal, trace }: CallContext
): Promise<TokenizeResponse> {
  const { start, pieces } = await openRequest(requests, 'chunk');
  requireRevision(codec.info.revision, start.revision);
  requireDiagnostics(codec.info.diagnostics, { 'start.raw_pixels': start.rawPixels, 'start.latents': start.latents });
  const { grid, codeWidth } = codec.codec;
  // The place is taken before the upload: so what uploads and decoded pictures take is bounded too.
  const place = codec.queue.enter(signal, () => trace.event(spanEvents.admitted));
  try {
    const { signal: held } = place;
    const pixels = await abortable(start.rawPixels ? rawPixels(codec, pieces) : filePixels(codec, start, pieces, held), held);
    const { ids, latents } = await codec.runs.encode(() => place.run((running) => codec.vq.encode(pixels, running)), held);
    return {
      codeIds: Array.from(ids, Number),
      grid,
      latents: start.latents ? f32Tensor([codeWidth, grid, grid], latents) : undefined
    };
  } catch (error) {
    throw error instanceof PictureError ? pictureRefusal(error) : error;
  } finally {
    place.leave();
  }
}

async function filePixels(
  { codec, limits, preparing }: ImageCodec,
  { rawOrientation = false }: TokenizeStart,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal
): Promise<Float32Array> {
  const file = await receivePicture(chunks, limits.maxBytes);
  return await preparing.take(async () => {
    const picture = await decodePicture(file, { rawOrientation, limits, signal });
    return codecPixels(await cropToSquare(picture, codec.imageSize, signal));
  }, signal);
}

async function rawPixels({ codec: { imageSize } }: ImageCodec, chunks: AsyncIterable<Uint8Array>): Promise<Float32Array> {
  const expected = 3 * imageSize * imageSize * Float32Array.BYTES_PER_ELEMENT;
  const bytes = await receivePicture(chunks, expected);
  if (bytes.byteLength === expected) return f32View(bytes);
  const description = `raw pixels are f32 [3, ${imageSize}, ${imageSize}]: ${expected} bytes, ${bytes.byteLength} came`;
  throw invalidArgument([{ field: 'chunk', description }], 'RAW_PIXELS_SIZE');
}
