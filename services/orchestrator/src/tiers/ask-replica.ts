import { type CallOptions, Code, MeshError, unavailable } from '@janus-mesh/rpc';
import { RETRY_AFTER_MS } from './explain-tier-error.ts';

/** How long a replica may take to tell of itself. */
const ANSWER_MS = 2000;

/** Asks a replica something small. @throws {MeshError} UNAVAILABLE, TIER_UNAVAILABLE, if it does not answer within 2 s */
export async function askReplica<T>(question: (options: CallOptions) => Promise<T>, options: CallOptions): Promise<T> {
  const callersDeadline = options.deadline ?? Number.POSITIVE_INFINITY;
  const deadline = Math.min(callersDeadline, Date.now() + ANSWER_MS);
  try {
    return await question({ ...options, deadline });
  } catch (error) {
    const isLate = error instanceof MeshError && error.code === Code.DEADLINE_EXCEEDED && deadline < callersDeadline;
    throw isLate ? noAnswer(error) : error;
  }
}

function noAnswer(cause: MeshError): MeshError {
  return unavailable('TIER_UNAVAILABLE', `no answer within ${ANSWER_MS} ms`, { retryAfterMs: RETRY_AFTER_MS, cause });
}
