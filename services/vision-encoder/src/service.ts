import { type Bundle, networkConfig, openBundle } from '@janus-mesh/bundle';
import { type TierInfo, VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import { bindService } from '@janus-mesh/rpc';
import { isaClass, MappedWeights, openRuntime, type Runtime, settleMemory } from '@janus-mesh/runtime';
import {
  CONFIG,
  measuredQueue,
  measuredRun,
  pictureLimits,
  provide,
  runtimeOptions,
  type ServiceDefinition,
  TELEMETRY,
  TierCounts,
  type Token,
  tierInfo,
  token,
  type WorkQueue
} from '@janus-mesh/service';
import type { Metrics } from '@janus-mesh/telemetry';
import { type Config, configSchema } from './config.ts';
import type { FeatureCache } from './feature-cache.ts';
import { PictureFeatures } from './picture-features.ts';
import { describeRoute } from './routes/describe.ts';
import { encodeRoute } from './routes/encode.ts';
import { statsRoute } from './routes/stats.ts';
import { Siglip } from './siglip.ts';
import type { VisionEncoder } from './vision-encoder.ts';

const SETTINGS = CONFIG as Token<Config>;
const BUNDLE = token<Bundle>('bundle');
const RUNTIME = token<Runtime>('runtime');
const WEIGHTS = token<MappedWeights>('weights');
const SIGLIP = token<Siglip>('siglip');
const INFO = token<TierInfo>('tier info');
const QUEUE = token<WorkQueue>('queue');
const FEATURES = token<PictureFeatures>('features');

const providers = [
  provide(BUNDLE, [SETTINGS], ({ bundle }) => openBundle(bundle)),
  // Runs are long and rare: threads that spin between them would only take time from the tiers beside this one.
  provide(RUNTIME, [SETTINGS], (settings) => openRuntime({ ...runtimeOptions(settings), threads: settings.threads, spin: false })),
  provide(WEIGHTS, [RUNTIME, BUNDLE], (runtime, { weightsPath, tensors }) => new MappedWeights(runtime, weightsPath, tensors)),
  provide(SIGLIP, [RUNTIME, WEIGHTS, BUNDLE], (runtime, weights, { manifest }) => Siglip.load(runtime, weights, networkConfig(manifest))),
  provide(INFO, [SETTINGS, BUNDLE, RUNTIME], (config, { manifest }, runtime) => tierInfo({ manifest, runtime, config, isa: isaClass() })),
  provide(QUEUE, [SETTINGS, TELEMETRY], ({ queueLimit }, { metrics }) => measuredQueue(metrics, queueLimit)),
  provide(FEATURES, [SETTINGS, BUNDLE, SIGLIP, TELEMETRY], (config, { manifest }, siglip, { metrics }) => {
    const encode = measuredRun(metrics, 'siglip', (...batch: Parameters<Siglip['encode']>) => siglip.encode(...batch));
    const features = new PictureFeatures(
      { encode },
      {
        revision: manifest.revision,
        preprocess: manifest.config.preprocess,
        limits: pictureLimits(config),
        maxBatch: config.batch,
        cacheBytes: config.featureCacheBytes
      }
    );
    observeCache(metrics, features.cache);
    return features;
  })
];

/** The vision encoder as a service. */
export const visionEncoder: ServiceDefinition<typeof configSchema.shape> = {
  name: 'vision-encoder',
  configSchema,
  providers,
  build({ get, config }) {
    const encoder: VisionEncoder = {
      info: get(INFO),
      vision: get(BUNDLE).manifest.config.vision,
      maxPictureBytes: config.maxPictureBytes,
      features: get(FEATURES),
      queue: get(QUEUE),
      counts: new TierCounts()
    };
    const siglip = get(SIGLIP);
    const handlers = {
      encode: encodeRoute(encoder),
      describeVisionEncoder: describeRoute(encoder),
      getVisionEncoderStats: statsRoute(encoder)
    };
    return {
      revision: encoder.info.revision,
      services: [bindService(VisionEncoderServiceDefinition, handlers)],
      async ready(signal) {
        await siglip.warmUp(signal);
        await settleMemory();
      },
      drain: () => encoder.queue.refuseWaiting(),
      stop() {
        siglip.release();
        get(WEIGHTS).release();
      }
    };
  }
};

function observeCache(metrics: Metrics, cache: FeatureCache): void {
  metrics.observe(['janus.feature_cache.queries', 'janus.feature_cache.hits'], (tell) => {
    const { hits, misses } = cache.stats();
    tell('janus.feature_cache.queries', Number(hits + misses));
    tell('janus.feature_cache.hits', Number(hits));
  });
}
