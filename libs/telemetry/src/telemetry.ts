import { type Metrics, noMetrics } from './metrics/metrics.ts';
import { noTracing, type Tracing } from './traces/tracing.ts';

/** What a service tells of itself, beside its log. */
export interface Telemetry {
  readonly tracing: Tracing;
  readonly metrics: Metrics;
}

/** Tells nothing, at no cost. */
export const noTelemetry: Telemetry = { tracing: noTracing, metrics: noMetrics };
