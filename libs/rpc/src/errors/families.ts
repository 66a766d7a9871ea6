import { Code } from './code.ts';
import { type FieldViolation, MeshError, type MeshErrorDetails } from './mesh-error.ts';

/** The caller's fault: fields of the request are wrong. Pass all of them at once. */
export function invalidArgument(violations: readonly FieldViolation[], reason = 'INVALID_ARGUMENT'): MeshError {
  const list = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  const message = violations.length === 1 ? list : `${violations.length} fields are wrong: ${list}`;
  return new MeshError(Code.INVALID_ARGUMENT, reason, message, { violations });
}

/** What was asked for does not exist here. */
export function notFound(reason: string, message: string, details?: MeshErrorDetails): MeshError {
  return new MeshError(Code.NOT_FOUND, reason, message, details);
}

/** The request is fine, but not for the state this service is in (another model, diagnostics off). */
export function failedPrecondition(reason: string, message: string, details?: MeshErrorDetails): MeshError {
  return new MeshError(Code.FAILED_PRECONDITION, reason, message, details);
}

/** A named limit is reached; trying again after `retryAfterMs` may work. */
export function resourceExhausted(reason: string, message: string, details?: MeshErrorDetails): MeshError {
  return new MeshError(Code.RESOURCE_EXHAUSTED, reason, message, details);
}

/** Something the request needs is away for now; another replica or a later try may work. */
export function unavailable(reason: string, message: string, details?: MeshErrorDetails): MeshError {
  return new MeshError(Code.UNAVAILABLE, reason, message, details);
}

/** The time the caller gave is over, or would be before the work is done. */
export function deadlineExceeded(message: string, details?: MeshErrorDetails): MeshError {
  return new MeshError(Code.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED', message, details);
}

/** The caller gave up. Servers make it themselves; a handler has no use for it. */
export function cancelled(message: string, details?: MeshErrorDetails): MeshError {
  return new MeshError(Code.CANCELLED, 'CANCELLED', message, details);
}

/** A bug of ours. The message is sent: no secrets, no stack. */
export function internal(message: string, details?: MeshErrorDetails): MeshError {
  return new MeshError(Code.INTERNAL, 'INTERNAL', message, details);
}

/** Asked for by name, and not supported. */
export function unimplemented(message: string, details?: MeshErrorDetails): MeshError {
  return new MeshError(Code.UNIMPLEMENTED, 'UNIMPLEMENTED', message, details);
}
