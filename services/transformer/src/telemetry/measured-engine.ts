import type { Metrics } from '@janus-mesh/telemetry';
import { Engine } from '../engine/engine.ts';
import type { EngineOptions } from '../engine/engine-options.ts';
import type { FlightRecorder } from '../engine/flight-recorder.ts';
import { observeEngine, stepMetrics } from './engine-metrics.ts';

/** What is told of an engine. */
interface Measures {
  readonly recorder: FlightRecorder;
  readonly metrics: Metrics;
}

/** Starts an engine whose steps are kept by the flight recorder, and that the metrics tell of. */
export function measuredEngine(options: Omit<EngineOptions, 'onStep'>, { recorder, metrics }: Measures): Engine {
  const tell = stepMetrics(metrics);
  const engine = new Engine({
    ...options,
    onStep(step) {
      recorder.record(step);
      tell(step);
    }
  });
  observeEngine(metrics, engine, options.runner.slots);
  return engine;
}
