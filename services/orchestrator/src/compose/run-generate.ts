import type {
  FeaturesChunk,
  GenerateRequest,
  GenerateResponse,
  GenerateStart,
  NumericsFingerprint,
  TransformerServiceDefinition
} from '@janus-mesh/contracts';
import { type CallOptions, internal, type Replica } from '@janus-mesh/rpc';
import type { Tier } from '../tiers/tier.ts';
import type { RequestScope } from './request-scope.ts';

type WireEvent = NonNullable<GenerateResponse['event']>;

/** An event of the transformer; the admission tells the numerics of the replica that generates. */
export type GenerateEvent =
  | Exclude<WireEvent, { $case: 'admitted' }>
  | (Extract<WireEvent, { $case: 'admitted' }> & { readonly fingerprint: NumericsFingerprint | undefined });

/** One generation: what to send where. */
export interface GenerateJob {
  readonly tier: Tier<TransformerServiceDefinition>;
  /** Which replica is asked first. */
  readonly key: string;
  readonly start: GenerateStart;
  /** Features of the pictures in the prompt. Read once, after the admission. */
  readonly features?: AsyncIterable<FeaturesChunk>;
  readonly scope: RequestScope;
  readonly call: CallOptions;
}

/**
 * Runs one generation. While it only waits, another replica takes it over where its own goes away. Leaving the loop early
 * cancels it; otherwise every sample has finished when the events end.
 *
 * @throws {MeshError} what the tier's error means, or the first failure of the scope
 */
export async function* runGenerate(job: GenerateJob): AsyncGenerator<GenerateEvent, void, undefined> {
  const { tier, key, call } = job;
  let unfinished = job.start.samples;
  try {
    const events = tier.stream<GenerateEvent>({
      key,
      weight: rowsOf(job.start),
      call,
      binds: ({ $case }) => $case !== 'queued',
      start: (replica, options) => generateOn(replica, job, options)
    });
    for await (const event of events) {
      if (event.$case === 'finished') unfinished -= 1;
      yield event;
    }
  } catch (error) {
    throw job.scope.causeOf(error);
  }
  if (unfinished > 0) throw internal(`${tier.name} ended its stream with ${unfinished} of ${job.start.samples} samples unfinished`);
}

/** Rows that the transformer runs for it: two a sample where it is guided. */
function rowsOf({ samples, negativePrompt }: GenerateStart): number {
  return samples * (negativePrompt.length > 0 ? 2 : 1);
}

async function* generateOn(
  replica: Replica<TransformerServiceDefinition>,
  job: GenerateJob,
  call: CallOptions
): AsyncGenerator<GenerateEvent, void, undefined> {
  let settleAdmission: (isAdmitted: boolean) => void = () => {};
  const admission = new Promise<boolean>((resolve) => {
    settleAdmission = resolve;
  });
  try {
    for await (const { event } of replica.client.generate(generateRequests(job, admission), call)) {
      if (event?.$case === 'admitted') {
        settleAdmission(true);
        yield { ...event, fingerprint: await job.tier.fingerprintOf(replica, call) };
      } else if (event !== undefined) yield event;
    }
  } finally {
    settleAdmission(false);
  }
}

/** @param admission whether this replica admits the generation: the features must be left to another one if it does not */
async function* generateRequests(job: GenerateJob, admission: Promise<boolean>): AsyncGenerator<GenerateRequest> {
  yield { message: { $case: 'start', value: job.start } };
  if (job.features === undefined || !(await admission)) return;
  try {
    for await (const chunk of job.features) yield { message: { $case: 'features', value: chunk } };
  } catch (error) {
    // The cause must be known before the stream it breaks reports its own end.
    job.scope.fail(error);
    throw error;
  }
}
