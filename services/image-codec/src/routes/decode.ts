import type { CodeIds, DecodedPicture, DecodeRequest, DecodeResponse, ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import { toRgb8 } from '@janus-mesh/image';
import type { CallContext, Handler } from '@janus-mesh/rpc';
import { f32Tensor, openRequest, type Place, requireDiagnostics, requireRevision } from '@janus-mesh/service';
import { spanEvents } from '@janus-mesh/telemetry';
import { CodeGrid } from '../code-grid.ts';
import { encodePicture, type PictureFormat, resolveFormat } from '../encode-picture.ts';
import type { ImageCodec } from '../image-codec.ts';
import { palettePreview } from '../palette-preview.ts';

type Codes = AsyncGenerator<CodeIds, void, undefined>;

interface Output {
  readonly format: PictureFormat;
  readonly rawPixels: boolean;
}

/** Decode: codes in as they come, previews out meanwhile, then the picture. */
export function decodeRoute(codec: ImageCodec): Handler<ImageCodecServiceDefinition, 'decode'> {
  return (requests, call) => codec.counts.stream(decode(codec, requests, call));
}

async function* decode(
  codec: ImageCodec,
  requests: AsyncIterable<DecodeRequest>,
  { signal, trace }: CallContext
): AsyncGenerator<DecodeResponse> {
  const { start, pieces } = await openRequest(requests, 'codes');
  requireRevision(codec.info.revision, start.revision);
  requireDiagnostics(codec.info.diagnostics, { 'start.raw_pixels': start.rawPixels });
  const output = { format: resolveFormat(start.format), rawPixels: start.rawPixels ?? false };
  const grid = new CodeGrid(codec.codec.grid, codec.codec.codebookSize);
  yield* receiveCodes(codec, grid, pieces, start.previewRows ?? 0);
  // The decoding begins without waiting for the caller to half-close.
  const place = codec.queue.enter(abortedByMore(pieces, grid, signal), () => trace.event(spanEvents.admitted));
  try {
    yield { event: { $case: 'picture', value: await decodePicture(codec, grid.ids, output, place) } };
  } finally {
    place.leave();
  }
}

/** Takes codes until the picture is complete. Gives a preview for every `previewRows` rows, however the codes are cut into messages. */
async function* receiveCodes({ vq }: ImageCodec, grid: CodeGrid, codes: Codes, previewRows: number): AsyncGenerator<DecodeResponse> {
  let previewed = 0;
  while (!grid.isComplete) {
    const next = await codes.next();
    if (next.done) grid.requireComplete();
    else grid.add(next.value.ids);
    for (; previewRows > 0 && previewed + previewRows <= grid.rowsDone; previewed += previewRows) {
      yield { event: { $case: 'preview', value: palettePreview(grid.ids, previewed + previewRows, grid.side, vq.palette) } };
    }
  }
}

/** A signal that aborts as `signal` does, and when codes come although the picture is complete. */
function abortedByMore(codes: Codes, grid: CodeGrid, signal: AbortSignal): AbortSignal {
  const refused = new AbortController();
  const addRest = async () => {
    for await (const { ids } of codes) grid.add(ids);
  };
  addRest().catch((error) => refused.abort(error));
  return AbortSignal.any([signal, refused.signal]);
}

/** @param ids i64 [grid * grid] */
async function decodePicture({ vq, runs, codec }: ImageCodec, ids: BigInt64Array, output: Output, place: Place): Promise<DecodedPicture> {
  const size = { width: codec.imageSize, height: codec.imageSize };
  const image = await runs.decode(() => place.run((signal) => vq.decode(ids, signal)), place.signal);
  const data = await encodePicture(toRgb8(image, size), output.format);
  const rawPixels = output.rawPixels ? f32Tensor([3, size.height, size.width], image) : undefined;
  return { data, format: output.format, ...size, rawPixels };
}
