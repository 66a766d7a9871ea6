import type { DecodedPicture, DecodeRequest, ImageCodecServiceDefinition, ImageFormat, ImagePreview } from '@janus-mesh/contracts';
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
 * Sends codes to the codec as they come and returns the picture.
 *
 * @param codes ids, row after row from the top left, in pieces
 * @throws {MeshError} what the tier's error means
 */
export async function decodePicture(
  codes: AsyncIterable<readonly number[]>,
  job: DecodeJob,
  onPreview: (preview: ImagePreview) => void
): Promise<DecodedPicture> {
  const replica = job.tier.choose();
  let picture: DecodedPicture | undefined;
  try {
    for await (const { event } of replica.client.decode(decodeRequests(codes, job), job.call)) {
      if (event?.$case === 'preview') onPreview(event.value);
      else if (event?.$case === 'picture') picture = event.value;
    }
  } catch (error) {
    throw job.tier.explain(error, replica, job.call.signal);
  }
  if (picture === undefined) throw internal(`${job.tier.name} ended its stream without a picture`);
  return picture;
}

async function* decodeRequests(codes: AsyncIterable<readonly number[]>, job: DecodeJob): AsyncGenerator<DecodeRequest> {
  const { revision, previewRows, format } = job;
  yield { message: { $case: 'start', value: { revision, previewRows, format } } };
  for await (const ids of codes) yield { message: { $case: 'codes', value: { ids: [...ids] } } };
}
