import type { TierInfo } from '@janus-mesh/contracts';
import type { ModelConfig } from '@janus-mesh/models';
import type { TierCounts } from '@janus-mesh/service';
import type { Metrics } from '@janus-mesh/telemetry';
import type { Engine } from './engine/engine.ts';
import type { FlightRecorder } from './engine/flight-recorder.ts';
import type { ModelRunner } from './engine/model-runner.ts';
import type { TokenMetrics } from './telemetry/token-metrics.ts';

/** What the routes work with. */
export interface Transformer {
  readonly info: TierInfo;
  readonly config: ModelConfig;
  readonly runner: Pick<ModelRunner, 'slots' | 'kvBytes'>;
  readonly engine: Engine;
  readonly recorder: FlightRecorder;
  readonly counts: TierCounts;
  readonly metrics: Metrics;
  readonly tokens: TokenMetrics;
}
