import { TransformerServiceDefinition } from '@janus-mesh/contracts';
import type { ModelConfig } from '@janus-mesh/models';
import { bindService, type Client, connect, type ServerLimits, serve } from '@janus-mesh/rpc';
import { TierCounts } from '@janus-mesh/service';
import { createLogger, noTelemetry, type Telemetry } from '@janus-mesh/telemetry';
import { onTestFinished } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import type { EngineOptions } from '../engine/engine-options.ts';
import { FlightRecorder } from '../engine/flight-recorder.ts';
import { FakeRunner, type FakeRunnerOptions } from '../engine/testing/fake-runner.ts';
import { transformerHandlers } from '../handlers.ts';
import { measuredEngine } from '../telemetry/measured-engine.ts';
import { TokenMetrics } from '../telemetry/token-metrics.ts';

/** The revision a fake tier serves. */
export const REVISION = 'fake';

/** How a fake tier is set up. */
export interface FakeTierOptions {
  readonly diagnostics?: boolean;
  readonly runner?: FakeRunnerOptions;
  readonly engine?: Partial<Omit<EngineOptions, 'runner' | 'onStep'>>;
  readonly limits?: Partial<ServerLimits>;
  readonly telemetry?: Telemetry;
}

/** A transformer over a real socket whose runner is a fake one. */
export interface FakeTier {
  readonly client: Client<TransformerServiceDefinition>;
  readonly engine: Engine;
  readonly runner: FakeRunner;
}

// Only what the routes read: pictures of 4 rows of 8 numbers, a context of 200.
function configOf(runner: FakeRunner): ModelConfig {
  const text = { vocabSize: runner.vocabulary('text'), contextTokens: 200 };
  return { text, codec: { codebookSize: runner.vocabulary('codes') }, vision: { rows: 4, hiddenSize: 8 } } as ModelConfig;
}

/** Starts one on a free port; it is closed after the test. */
export async function fakeTier({
  diagnostics = true,
  limits = {},
  telemetry = noTelemetry,
  ...options
}: FakeTierOptions = {}): Promise<FakeTier> {
  const runner = new FakeRunner(options.runner);
  const { metrics } = telemetry;
  const recorder = new FlightRecorder();
  const engine = measuredEngine({ kvBudgetBytes: 1_000, ...options.engine, runner }, { recorder, metrics });
  const info = { revision: REVISION, modelName: 'fake', version: '0', diagnostics, threads: 1, fingerprint: undefined };
  const handlers = transformerHandlers({
    info,
    config: configOf(runner),
    runner,
    engine,
    recorder,
    counts: new TierCounts(),
    metrics,
    tokens: new TokenMetrics(metrics)
  });
  const server = await serve({
    services: [bindService(TransformerServiceDefinition, handlers)],
    logger: createLogger({ service: 'transformer', level: 'silent' }),
    telemetry,
    limits
  });
  server.setServing(true);
  const { client, close } = connect(TransformerServiceDefinition, `127.0.0.1:${server.port}`);
  onTestFinished(async () => {
    close();
    await server.close();
    await engine.close();
  });
  return { client, engine, runner };
}
