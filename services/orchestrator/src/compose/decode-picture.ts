import type {
  DecodedPicture,
  DecodeRequest,
  DecodeResponse,
  ImageCodecServiceDefinition,
  ImageFormat,
  ImagePreview
} from '@janus-mesh/contracts';
import { type CallOptions, internal } from '@janus-mesh/rpc';
import type { Tier } from '../tiers/tier.ts';

/** How codes are to be decoded. */
export interface DecodeJob {
  readonly tier: Tier<ImageCodecServiceDefinition>;
  readonly revision: string;
  readonly format: ImageFormat;
  /** Rows between previews; 0: none. */
  readonly previewRows: number;
  readonly call: CallOptions;
}

/**
 * Sends codes to the codec as they come and returns the picture. Where a replica goes away, another one gets all codes from
 * the first on, and tells their previews again.
 *
 * @param codes ids, row after row from the top left, in pieces; every reader gets all of them
 * @throws {MeshError} what the tier's error means
 */
export async function decodePicture(
  codes: AsyncIterable<number[]>,
  job: DecodeJob,
  onPreview: (preview: ImagePreview) => void
): Promise<DecodedPicture> {
  let picture: DecodedPicture | undefined;
  const events = job.tier.stream<DecodeResponse>({
    call: job.call,
    binds: ({ event }) => event?.$case === 'picture',
    start: ({ client }, call) => client.decode(decodeRequests(codes, job), call)
  });
  for await (const { event } of events) {
    if (event?.$case === 'preview') onPreview(event.value);
    else if (event?.$case === 'picture') picture = event.value;
  }
  if (picture === undefined) throw internal(`${job.tier.name} ended its stream without a picture`);
  return picture;
}

async function* decodeRequests(codes: AsyncIterable<number[]>, job: DecodeJob): AsyncGenerator<DecodeRequest> {
  const { revision, previewRows, format } = job;
  yield { message: { $case: 'start', value: { revision, previewRows, format } } };
  for await (const ids of codes) yield { message: { $case: 'codes', value: { ids } } };
}
