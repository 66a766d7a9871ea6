import { type Bundle, openBundle } from '@janus-mesh/bundle';
import { type TierInfo, TransformerServiceDefinition } from '@janus-mesh/contracts';
import { bindService } from '@janus-mesh/rpc';
import { isaClass, openRuntime, type Runtime, settleMemory } from '@janus-mesh/runtime';
import {
  CONFIG,
  LOGGER,
  provide,
  runtimeOptions,
  type ServiceDefinition,
  TELEMETRY,
  TierCounts,
  type Token,
  tierInfo,
  token
} from '@janus-mesh/service';
import { type Config, checkConfig, configSchema } from './config.ts';
import { PREFILL_CHUNK } from './engine/chunk-grid.ts';
import type { Engine } from './engine/engine.ts';
import { FlightRecorder } from './engine/flight-recorder.ts';
import { FlightFile } from './flight-file.ts';
import { transformerHandlers } from './handlers.ts';
import { createRunner } from './runner/create-runner.ts';
import { kvForm } from './runner/kv-form.ts';
import type { PackedRunner } from './runner/packed-runner.ts';
import { measuredEngine } from './telemetry/measured-engine.ts';
import { TokenMetrics } from './telemetry/token-metrics.ts';
import type { Transformer } from './transformer.ts';

const SETTINGS = token<Config>('checked settings');
const BUNDLE = token<Bundle>('bundle');
const RUNTIME = token<Runtime>('runtime');
const RUNNER = token<PackedRunner>('runner');
const RECORDER = token<FlightRecorder>('flight recorder');
const FLIGHT_FILE = token<FlightFile>('flight file');
const ENGINE = token<Engine>('engine');
const INFO = token<TierInfo>('tier info');

const providers = [
  provide(SETTINGS, [CONFIG as Token<Config>], checkConfig),
  provide(BUNDLE, [SETTINGS], ({ bundle }) => openBundle(bundle)),
  provide(RUNTIME, [SETTINGS, BUNDLE, LOGGER], (settings, { manifest }, logger) => {
    const { threads: wanted, spin } = settings;
    // With more threads than heads, attention splits the keys between them, and the last bits depend on how many there are.
    const threads = Math.min(wanted, manifest.config.text.heads);
    if (threads < wanted) logger.info({ wanted, threads }, 'no more threads than attention heads');
    return openRuntime({ ...runtimeOptions(settings), threads, spin });
  }),
  provide(RUNNER, [BUNDLE, RUNTIME, SETTINGS], (bundle, runtime, { slots, kvBudgetBytes, kv, packedWeights }) =>
    createRunner({ bundle, runtime, slots, kvBudgetBytes, kv, packedWeights })
  ),
  provide(RECORDER, [], () => new FlightRecorder()),
  provide(
    FLIGHT_FILE,
    [RECORDER, SETTINGS, LOGGER],
    (recorder, { flightFolder: folder }, logger) => new FlightFile({ folder, recorder, logger })
  ),
  provide(
    ENGINE,
    [RUNNER, SETTINGS, RECORDER, TELEMETRY],
    (
      runner,
      { kvBudgetBytes, prefixCacheShare, queueLimit, prefillTokens, featuresSeconds, featureCacheBytes, stepDelayMs },
      recorder,
      { metrics }
    ) =>
      measuredEngine(
        {
          runner,
          kvBudgetBytes,
          prefixCacheBytes: Math.floor(kvBudgetBytes * prefixCacheShare),
          queueLimit,
          prefillTokens,
          featureCacheBytes,
          stepDelayMs,
          featuresTimeoutMs: featuresSeconds * 1_000
        },
        { recorder, metrics }
      )
  ),
  provide(INFO, [SETTINGS, BUNDLE, RUNTIME], (config, { manifest }, runtime) =>
    tierInfo({
      manifest,
      runtime,
      config,
      isa: isaClass(),
      numerics: { kvCache: kvForm(manifest.quantization, config.kv), prefillChunk: PREFILL_CHUNK }
    })
  )
];

/** The transformer as a service. The runner has run every graph when it is made: it serves as soon as it listens. */
export const transformer: ServiceDefinition<typeof configSchema.shape> = {
  name: 'transformer',
  configSchema,
  providers,
  build({ get }) {
    const transformer: Transformer = {
      info: get(INFO),
      config: get(BUNDLE).manifest.config,
      runner: get(RUNNER),
      engine: get(ENGINE),
      recorder: get(RECORDER),
      counts: new TierCounts(),
      metrics: get(TELEMETRY).metrics,
      tokens: new TokenMetrics(get(TELEMETRY).metrics)
    };
    const onSignal = () => void get(FLIGHT_FILE).write();
    process.on('SIGUSR2', onSignal);
    return {
      revision: transformer.info.revision,
      services: [bindService(TransformerServiceDefinition, transformerHandlers(transformer))],
      ready: settleMemory,
      drain: () => get(ENGINE).refuseWaiting(),
      crashed: () => get(FLIGHT_FILE).writeNow(),
      async stop() {
        process.off('SIGUSR2', onSignal);
        await get(ENGINE).close();
        get(RUNNER).release();
      }
    };
  }
};
