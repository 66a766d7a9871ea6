import { EngineError } from './engine-error.ts';

/** The error of requests that the network failed. */
export function stepFailed(what: string, cause: unknown): EngineError {
  return new EngineError('STEP_FAILED', `${what} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
