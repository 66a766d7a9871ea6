import { type Code, type CodeName, codeName } from './code.ts';

/** One field of a request that is wrong. */
export interface FieldViolation {
  /** Path in the request, e.g. `messages[0].parts[2].text`. */
  readonly field: string;
  /** What was got and what is allowed. */
  readonly description: string;
}

export interface MeshErrorDetails {
  /** All fields that are wrong. */
  readonly violations?: readonly FieldViolation[] | undefined;
  /** When trying again helps: milliseconds to wait before. */
  readonly retryAfterMs?: number | undefined;
  /** Figures for programs, e.g. the limit that was passed. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Id of the request that failed; a server puts in its own. */
  readonly requestId?: string | undefined;
  /** Kept for the log, never sent. */
  readonly cause?: unknown;
}

/**
 * An error with a gRPC status: what handlers throw and what clients get.
 *
 * On the wire it is the status plus google.rpc details (ErrorInfo, BadRequest, RetryInfo, RequestInfo).
 */
export class MeshError extends Error {
  override readonly name: string = 'MeshError';
  readonly code: Code;
  /** Stable SCREAMING_SNAKE name of what went wrong, for programs. */
  readonly reason: string;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly requestId: string | undefined;

  constructor(code: Code, reason: string, message: string, details: MeshErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.reason = reason;
    this.violations = details.violations ?? [];
    this.retryAfterMs = details.retryAfterMs;
    this.metadata = details.metadata ?? {};
    this.requestId = details.requestId;
  }

  /** The status code's name, e.g. RESOURCE_EXHAUSTED. */
  get codeName(): CodeName {
    return codeName(this.code);
  }
}
