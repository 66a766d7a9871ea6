import type { EncodeRequest, EncodeResponse, VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import { type CallOptions, Code, invalidArgument, MeshError } from '@janus-mesh/rpc';
import type { PromptPicture } from '../prompt/prompt-picture.ts';
import type { Tier } from '../tiers/tier.ts';

const CHUNK_BYTES = 1024 * 1024;

/** How a picture is to be encoded. */
export interface EncodeJob {
  readonly tier: Tier<VisionEncoderServiceDefinition>;
  readonly revision: string;
  readonly rawOrientation: boolean;
  readonly call: CallOptions;
}

/**
 * Sends a picture to the vision encoder. The call begins with the first `next()`.
 *
 * @throws {MeshError} INVALID_ARGUMENT at the picture's own fields if the encoder refuses it, else what the tier's error means
 */
export async function* encodePicture(picture: PromptPicture, job: EncodeJob): AsyncGenerator<EncodeResponse, void, undefined> {
  const replica = job.tier.choose();
  try {
    yield* replica.client.encode(pictureRequests(picture, job), job.call);
  } catch (error) {
    if (error instanceof MeshError && error.code === Code.INVALID_ARGUMENT) throw atFields(error, picture.fields);
    throw job.tier.explain(error, replica, job.call.signal);
  }
}

async function* pictureRequests(picture: PromptPicture, job: EncodeJob): AsyncGenerator<EncodeRequest> {
  const { revision, rawOrientation } = job;
  yield { message: { $case: 'start', value: { revision, rawOrientation } } };
  for (let offset = 0; offset < picture.data.byteLength; offset += CHUNK_BYTES) {
    yield { message: { $case: 'chunk', value: picture.data.subarray(offset, offset + CHUNK_BYTES) } };
  }
}

function atFields(error: MeshError, fields: readonly string[]): MeshError {
  const description = error.violations[0]?.description ?? error.message;
  return invalidArgument(
    fields.map((field) => ({ field, description })),
    error.reason
  );
}
