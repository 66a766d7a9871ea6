import type { EngineError } from './engine-error.ts';
import type { StepPlan } from './step-plan.ts';

/** What came of a step: its failure is data, the loop goes on. Cancelled: it was ended as nobody wanted it any more, which is no failure. */
export type StepOutcome =
  | { readonly kind: 'committed' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: EngineError };

/** A step, for whoever watches. */
export interface StepRecord {
  /** Steps before it since the start. */
  readonly index: number;
  readonly plan: StepPlan;
  readonly outcome: StepOutcome;
  /** When it was planned, in milliseconds since the Unix epoch. */
  readonly startedMs: number;
  /** How long the network ran, in milliseconds. */
  readonly runMs: number;
  /** How long planning, drawing and handing out took, in milliseconds. */
  readonly commitMs: number;
  /** Requests that waited when it began. */
  readonly queued: number;
  /** Bytes of KV cache in use when it began. */
  readonly kvBytesUsed: number;
}
