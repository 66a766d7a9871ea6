import { Code } from '../errors/code.ts';

/** How a call ended, as far as counts go: `cancelled` includes callers that are gone, stopped reading, or gave too little time. */
export type CallOutcome = 'ok' | 'cancelled' | 'refused' | 'failed';

interface Ending {
  readonly code: number;
  readonly reason?: string | undefined;
}

/** Refusals by the code alone: the request was wrong, or it is not its time. */
const REFUSALS: ReadonlySet<number> = new Set([
  Code.INVALID_ARGUMENT,
  Code.NOT_FOUND,
  Code.ALREADY_EXISTS,
  Code.PERMISSION_DENIED,
  Code.RESOURCE_EXHAUSTED,
  Code.FAILED_PRECONDITION,
  Code.OUT_OF_RANGE,
  Code.UNIMPLEMENTED,
  Code.UNAUTHENTICATED
]);

/** Refusals whose code may also mean something else. */
const REFUSAL_REASONS: ReadonlySet<string> = new Set(['DRAINING', 'NOT_READY', 'DEADLINE_TOO_SHORT']);

/** Whether a call went well, was given up, was not taken on, or failed through no fault of its caller. */
export function outcomeOf({ code, reason = '' }: Ending): CallOutcome {
  if (code === Code.OK) return 'ok';
  if (REFUSAL_REASONS.has(reason)) return 'refused';
  if (code === Code.CANCELLED || code === Code.DEADLINE_EXCEEDED || reason === 'UNREAD_STREAM') return 'cancelled';
  return REFUSALS.has(code) ? 'refused' : 'failed';
}
