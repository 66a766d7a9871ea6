import type { Metrics } from '@janus-mesh/telemetry';
import type { RequestLimits } from './limits.ts';
import type { ServedModel } from './served-model.ts';
import type { Tiers } from './tiers/tiers.ts';

/** What the routes work with. Nothing in it belongs to one request. */
export interface Orchestrator {
  readonly model: ServedModel;
  readonly limits: RequestLimits;
  readonly tiers: Tiers;
  readonly metrics: Metrics;
  /** Of janus-mesh. */
  readonly version: string;
  /** Pictures of one request that are encoded at the same time. */
  readonly encodesAtOnce: number;
  /** Milliseconds, never going back. */
  readonly now: () => number;
  /** A seed from 0 to 2^64 - 1, for requests that bring none. */
  readonly randomSeed: () => bigint;
}
