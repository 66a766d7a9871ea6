import type { FeaturesChunk, GenerateRequest, GenerateResponse, GenerateStart, TransformerServiceDefinition } from '@janus-mesh/contracts';
import { type CallOptions, internal } from '@janus-mesh/rpc';
import type { Tier } from '../tiers/tier.ts';
import type { RequestScope } from './request-scope.ts';

/** An event of the transformer. */
export type GenerateEvent = NonNullable<GenerateResponse['event']>;

/** One generation: what to send where. */
export interface GenerateJob {
  readonly tier: Tier<TransformerServiceDefinition>;
  readonly start: GenerateStart;
  /** Features of the pictures in the prompt. */
  readonly features?: AsyncIterable<FeaturesChunk>;
  readonly scope: RequestScope;
  readonly call: CallOptions;
}

/**
 * Runs one generation. Leaving the loop early cancels it; otherwise every sample has finished when the events end.
 *
 * @throws {MeshError} what the tier's error means, or the first failure of the scope
 */
export async function* runGenerate(job: GenerateJob): AsyncGenerator<GenerateEvent, void, undefined> {
  const replica = job.tier.choose();
  let unfinished = job.start.samples;
  try {
    for await (const { event } of replica.client.generate(generateRequests(job), job.call)) {
      if (event === undefined) continue;
      if (event.$case === 'finished') unfinished -= 1;
      yield event;
    }
  } catch (error) {
    throw job.scope.causeOf(job.tier.explain(error, replica, job.call.signal));
  }
  if (unfinished > 0) throw internal(`${job.tier.name} ended its stream with ${unfinished} of ${job.start.samples} samples unfinished`);
}

async function* generateRequests(job: GenerateJob): AsyncGenerator<GenerateRequest> {
  yield { message: { $case: 'start', value: job.start } };
  if (job.features === undefined) return;
  try {
    for await (const chunk of job.features) yield { message: { $case: 'features', value: chunk } };
  } catch (error) {
    // The cause must be known before the stream it breaks reports its own end.
    job.scope.fail(error);
    throw error;
  }
}
