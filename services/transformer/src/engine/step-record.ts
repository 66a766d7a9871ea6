import type { EngineError } from './engine-error.ts';
import type { StepPlan } from './step-plan.ts';

/** What came of a step: its failure is data, the loop goes on. */
export type StepOutcome = { readonly kind: 'committed' } | { readonly kind: 'failed'; readonly error: EngineError };

/** A step, for whoever watches. */
export interface StepRecord {
  /** Steps before it since the start. */
  readonly index: number;
  readonly plan: StepPlan;
  readonly outcome: StepOutcome;
  readonly durationMs: number;
}
