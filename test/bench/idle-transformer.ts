import { openBundle } from '@janus-mesh/bundle';
import { TransformerServiceDefinition } from '@janus-mesh/contracts';
import { bindService } from '@janus-mesh/rpc';
import { type ServiceDefinition, TELEMETRY, TierCounts, tierInfo } from '@janus-mesh/service';
import { z } from 'zod';
import { FlightRecorder } from '../../services/transformer/src/engine/flight-recorder.ts';
import { FakeRunner } from '../../services/transformer/src/engine/testing/fake-runner.ts';
import { transformerHandlers } from '../../services/transformer/src/handlers.ts';
import { measuredEngine } from '../../services/transformer/src/telemetry/measured-engine.ts';
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
    const engine = measuredEngine({ runner, kvBudgetBytes: KV_BYTES }, { recorder, metrics });
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
