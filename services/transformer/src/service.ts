import { type Bundle, openBundle } from '@janus-mesh/bundle';
import { type TierInfo, TransformerServiceDefinition } from '@janus-mesh/contracts';
import { bindService } from '@janus-mesh/rpc';
import { isaClass, openRuntime, type Runtime } from '@janus-mesh/runtime';
import { CONFIG, LOGGER, provide, type ServiceDefinition, TierCounts, type Token, tierInfo, token } from '@janus-mesh/service';
import { type Config, configSchema } from './config.ts';
import { PREFILL_CHUNK } from './engine/chunk-grid.ts';
import { Engine } from './engine/engine.ts';
import { transformerHandlers } from './handlers.ts';
import { createRunner } from './runner/create-runner.ts';
import type { PackedRunner } from './runner/packed-runner.ts';
import type { Transformer } from './transformer.ts';

const SETTINGS = CONFIG as Token<Config>;
const BUNDLE = token<Bundle>('bundle');
const RUNTIME = token<Runtime>('runtime');
const RUNNER = token<PackedRunner>('runner');
const ENGINE = token<Engine>('engine');
const INFO = token<TierInfo>('tier info');
const TRANSFORMER = token<Transformer>('transformer');

const providers = [
  provide(BUNDLE, [SETTINGS], ({ bundle }) => openBundle(bundle)),
  provide(RUNTIME, [SETTINGS, BUNDLE, LOGGER], ({ threads: wanted, spin }, { manifest }, logger) => {
    // With more threads than heads, attention splits the keys between them, and the last bits depend on how many there are.
    const threads = Math.min(wanted, manifest.config.text.heads);
    if (threads < wanted) logger.info({ wanted, threads }, 'no more threads than attention heads');
    return openRuntime({ threads, spin });
  }),
  provide(RUNNER, [BUNDLE, RUNTIME, SETTINGS], (bundle, runtime, { slots, kvBudgetBytes }) =>
    createRunner({ bundle, runtime, slots, kvBudgetBytes })
  ),
  provide(
    ENGINE,
    [RUNNER, SETTINGS],
    (runner, { kvBudgetBytes, queueLimit, prefillTokens, featuresSeconds }) =>
      new Engine({ runner, kvBudgetBytes, queueLimit, prefillTokens, featuresTimeoutMs: featuresSeconds * 1_000 })
  ),
  provide(INFO, [SETTINGS, BUNDLE, RUNTIME], (config, { manifest }, runtime) =>
    tierInfo({ manifest, runtime, config, isa: isaClass(), numerics: { kvCache: 'f32', prefillChunk: PREFILL_CHUNK } })
  ),
  provide(TRANSFORMER, [INFO, BUNDLE, RUNNER, ENGINE], (info, { manifest }, runner, engine) => ({
    info,
    config: manifest.config,
    runner,
    engine,
    counts: new TierCounts()
  }))
];

/** The transformer as a service. The runner has run every graph when it is made: it serves as soon as it listens. */
export const transformer: ServiceDefinition<typeof configSchema.shape> = {
  name: 'transformer',
  configSchema,
  providers,
  build({ get }) {
    return {
      services: [bindService(TransformerServiceDefinition, transformerHandlers(get(TRANSFORMER)))],
      async stop() {
        await get(ENGINE).close();
        get(RUNNER).release();
      }
    };
  }
};
