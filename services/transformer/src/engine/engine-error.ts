/** Why the engine refuses or ends a request. */
export type EngineErrorReason =
  | 'QUEUE_FULL' // too many requests wait; later it may go
  | 'DEADLINE_TOO_SHORT' // it could not be done in the time it has
  | 'DEADLINE_EXCEEDED' // its time is over
  | 'GROUP_TOO_LARGE' // the rows of one sample can never fit
  | 'FEATURES_TIMEOUT' // features that were asked for did not come in time
  | 'FEATURES_MISSING' // the caller ended without having sent them
  | 'CANCELLED' // by the caller
  | 'STEP_FAILED' // the network failed
  | 'LOGITS_NOT_FINITE' // the network gave no numbers to draw from
  | 'DRAINING' // it waited, and the engine finishes only what runs
  | 'SHUTTING_DOWN'; // the engine was closed

/** Thrown by `submit` and by a request's events. The message says what was got and what the limit is. */
export class EngineError extends Error {
  override name = 'EngineError';
  readonly reason: EngineErrorReason;
  /** When trying again may help. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: EngineErrorReason, message: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(message, options);
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}
