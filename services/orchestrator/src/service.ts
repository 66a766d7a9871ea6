import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { openBundle } from '@janus-mesh/bundle';
import { JanusServiceDefinition, VERSION } from '@janus-mesh/contracts';
import { schemeName } from '@janus-mesh/models';
import { bindService } from '@janus-mesh/rpc';
import { CONFIG, LOGGER, provide, type ServiceDefinition, TELEMETRY, type Token, token } from '@janus-mesh/service';
import { loadTokenizer } from '@janus-mesh/tokenizer';
import { type Config, configSchema, requestLimits } from './config.ts';
import { janusHandlers } from './janus-handlers.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { ServedModel } from './served-model.ts';
import { TierWatch } from './tiers/tier-watch.ts';
import { closeTiers, openTiers, type Tiers } from './tiers/tiers.ts';

const SETTINGS = CONFIG as Token<Config>;
const MODEL = token<ServedModel>('model');
const TIERS = token<Tiers>('tiers');
const WATCH = token<TierWatch>('tier watch');
const ORCHESTRATOR = token<Orchestrator>('orchestrator');

const providers = [
  provide(MODEL, [SETTINGS], ({ bundle }) => openModel(bundle)),
  provide(TIERS, [SETTINGS, MODEL, LOGGER, TELEMETRY], (config, { revision }, logger, { metrics }) => {
    const intervals = { resolveMs: config.resolveSeconds * 1000, silenceMs: config.silenceSeconds * 1000 };
    return openTiers(config, { revision, logger, metrics, ...intervals });
  }),
  provide(WATCH, [TIERS], ({ transformer, visionEncoder, imageCodec }) => new TierWatch([transformer, visionEncoder, imageCodec])),
  provide(ORCHESTRATOR, [SETTINGS, MODEL, TIERS, TELEMETRY], (config, model, tiers, { metrics }) => ({
    model,
    tiers,
    metrics,
    limits: requestLimits(config),
    encodesAtOnce: config.encodesAtOnce,
    version: VERSION,
    now: () => performance.now(),
    randomSeed: () => randomBytes(8).readBigUInt64LE()
  }))
];

/**
 * The orchestrator as a service. It answers from the start, with UNAVAILABLE for what is not there yet; health says SERVING
 * once each tier was seen.
 */
export const orchestrator: ServiceDefinition<typeof configSchema.shape> = {
  name: 'orchestrator',
  configSchema,
  providers,
  answersBeforeReady: true,
  build({ get }) {
    const watch = get(WATCH);
    return {
      revision: get(MODEL).revision,
      services: [bindService(JanusServiceDefinition, janusHandlers(get(ORCHESTRATOR)))],
      ready: (signal) => watch.untilAllSeen(signal),
      stop() {
        watch.stop();
        closeTiers(get(TIERS));
      }
    };
  }
};

/** Reads the words and sizes of a bundle's model; its weights are the tiers' matter. */
async function openModel(dir: string): Promise<ServedModel> {
  const { manifest, tokenizerPath } = await openBundle(dir);
  const { name, revision, config, quantization, parameters } = manifest;
  const tokenizer = loadTokenizer(await readFile(tokenizerPath, 'utf8'), { bos: config.tokens.bos.id });
  return { name, revision, config, quantization: schemeName(quantization), parameters: BigInt(parameters), tokenizer };
}
