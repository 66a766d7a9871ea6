import type { EncodeRequest, EncodeResponse, VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import { type CallOptions, Code, invalidArgument, type MeshError } from '@janus-mesh/rpc';
import type { PromptPicture } from '../prompt/prompt-picture.ts';
import type { Tier } from '../tiers/tier.ts';
import { featuresAffinity } from './affinity.ts';

const CHUNK_BYTES = 1024 * 1024;

/** How a picture is to be encoded. */
export interface EncodeJob {
  readonly tier: Tier<VisionEncoderServiceDefinition>;
  readonly revision: string;
  readonly rawOrientation: boolean;
  readonly call: CallOptions;
}

/**
 * Has a picture encoded, by another replica where one goes away meanwhile. The features come once all of them are there: no
 * picture is made of two replicas' halves. The call begins with the first `next()`.
 *
 * @throws {MeshError} INVALID_ARGUMENT at the picture's own fields if the encoder refuses it, else what the tier's error means
 */
export function encodePicture(picture: PromptPicture, job: EncodeJob): AsyncGenerator<EncodeResponse, void, undefined> {
  return job.tier.stream({
    key: featuresAffinity(picture.hash),
    call: job.call,
    async *start({ client }, call) {
      const chunks: EncodeResponse[] = [];
      for await (const chunk of client.encode(pictureRequests(picture, job), call)) chunks.push(chunk);
      yield* chunks;
    },
    translate: (error) => (error.code === Code.INVALID_ARGUMENT ? atFields(error, picture.fields) : undefined)
  });
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
