import { openBundle } from '@janus-mesh/bundle';
import { TransformerServiceDefinition } from '@janus-mesh/contracts';
import { bindService } from '@janus-mesh/rpc';
import { type ServiceDefinition, TELEMETRY, TierCounts, tierInfo } from '@janus-mesh/service';
import { z } from 'zod';
import { Engine } from '../../services/transformer/src/engine/engine.ts';
import { FlightRecorder } from '../../services/transformer/src/engine/flight-recorder.ts';
import { FakeRunner } from '../../services/transformer/src/engine/testing/fake-runner.ts';
import { transformerHandlers } from '../../services/transformer/src/handlers.ts';
import { observeEngine, stepMetrics } from '../../services/transformer/src/telemetry/engine-metrics.ts';
import { TokenMetrics } from '../../services/transformer/src/telemetry/token-metrics.ts';

const KV_BYTES = 1e9;

/** The transformer as a service, but for its network: tokens cost what the mesh itself takes for them. */
export const idleTransformer: ServiceDefinition<Record<never, never>> = {
  name: 'transformer',
  configSchema: z.object({}),
  async build({ config, get }) {
    const { manifest } = await openBundle(config.bundle);
    const { metrics } = get(TELEMETRY);
    const { text, codec } = manifest.config;
    const runner = new FakeRunner({ slots: 16, vocabulary: { text: text.vocabSize, codes: codec.codebookSize } });
    const recorder = new FlightRecorder();
    const tell = stepMetrics(metrics);
    const onStep: typeof tell = (step) => {
      recorder.record(step);
      tell(step);
    };
    const engine = new Engine({ runner, kvBudgetBytes: KV_BYTES, onStep });
    observeEngine(metrics, engine, runner.slots);
    const info = tierInfo({ manifest, runtime: { version: '', provider: 'none', threads: 1 }, config, isa: '' });
    const parts = {
      info,
      config: manifest.config,
      runner,
      engine,
      recorder,
      metrics,
      tokens: new TokenMetrics(metrics),
      counts: new TierCounts()
    };
    return {
      revision: info.revision,
      services: [bindService(TransformerServiceDefinition, transformerHandlers(parts))],
      stop: () => engine.close()
    };
  }
};
