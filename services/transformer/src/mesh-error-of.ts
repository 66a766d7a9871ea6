import { Code, cancelled, deadlineExceeded, invalidArgument, MeshError, resourceExhausted, unavailable } from '@janus-mesh/rpc';
import { EngineError } from './engine/engine-error.ts';

/** The engine's errors as a call ends with them; anything else as it is. */
export function meshErrorOf(error: unknown): unknown {
  if (!(error instanceof EngineError)) return error;
  const { reason, message, retryAfterMs, cause } = error;
  switch (reason) {
    case 'QUEUE_FULL':
    case 'DEADLINE_TOO_SHORT':
    case 'GROUP_TOO_LARGE':
      return resourceExhausted(reason, message, { retryAfterMs });
    case 'FEATURES_TIMEOUT':
      return new MeshError(Code.ABORTED, reason, message);
    case 'FEATURES_MISSING':
      return invalidArgument([{ field: 'features', description: message }], reason);
    case 'CANCELLED':
      return cause instanceof MeshError ? cause : cancelled(message);
    case 'DEADLINE_EXCEEDED':
      return deadlineExceeded(message);
    case 'DRAINING':
    case 'SHUTTING_DOWN':
      return unavailable(reason, message, { retryAfterMs: 1_000 });
    case 'STEP_FAILED':
    case 'LOGITS_NOT_FINITE':
      return new MeshError(Code.INTERNAL, reason, message, { cause });
  }
}
