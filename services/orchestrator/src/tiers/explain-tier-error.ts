import { Code, internal, MeshError, unavailable } from '@janus-mesh/rpc';

/** When trying again may help where a tier is away. */
export const RETRY_AFTER_MS = 1000;

/**
 * What a tier's error means to the caller of the mesh. Refusals keep their code and reason, a tier that is away becomes
 * UNAVAILABLE, anything else is our fault. Field paths of internal requests are dropped: they mean nothing outside.
 *
 * @param signal of the call that failed: if it is aborted, the error is only the echo of that
 */
export function explainTierError(error: unknown, tier: { readonly name: string; readonly address: string }, signal?: AbortSignal): unknown {
  if (!(error instanceof MeshError) || signal?.aborted) return error;
  const { code, reason, message, retryAfterMs, metadata } = error;
  const details = { retryAfterMs, metadata: { ...metadata, tier: tier.name }, cause: error };
  switch (code) {
    case Code.INVALID_ARGUMENT:
    case Code.FAILED_PRECONDITION:
    case Code.RESOURCE_EXHAUSTED:
    case Code.DEADLINE_EXCEEDED:
    case Code.ABORTED:
      return new MeshError(code, reason, `${tier.name}: ${message}`, details);
    case Code.UNAVAILABLE:
    case Code.UNIMPLEMENTED: // another service listens there
      return unavailable('TIER_UNAVAILABLE', `${tier.name} at ${tier.address} is not available: ${message}`, {
        ...details,
        retryAfterMs: retryAfterMs ?? RETRY_AFTER_MS
      });
    default:
      return internal(`${tier.name} failed: ${message}`, details);
  }
}
