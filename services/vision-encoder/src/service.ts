import { type Bundle, networkConfig, openBundle } from '@janus-mesh/bundle';
import { VisionEncoderServiceDefinition } from '@janus-mesh/contracts';
import { bindService } from '@janus-mesh/rpc';
import { isaClass, MappedWeights, openRuntime, type Runtime } from '@janus-mesh/runtime';
import {
  CONFIG,
  pictureLimits,
  provide,
  runtimeOptions,
  type ServiceDefinition,
  TierCounts,
  type Token,
  tierInfo,
  token,
  WorkQueue
} from '@janus-mesh/service';
import { type Config, configSchema } from './config.ts';
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
const ENCODER = token<VisionEncoder>('vision encoder');

const providers = [
  provide(BUNDLE, [SETTINGS], ({ bundle }) => openBundle(bundle)),
  // Runs are long and rare: threads that spin between them would only take time from the tiers beside this one.
  provide(RUNTIME, [SETTINGS], (settings) => openRuntime({ ...runtimeOptions(settings), threads: settings.threads, spin: false })),
  provide(WEIGHTS, [RUNTIME, BUNDLE], (runtime, { weightsPath, tensors }) => new MappedWeights(runtime, weightsPath, tensors)),
  provide(SIGLIP, [RUNTIME, WEIGHTS, BUNDLE], (runtime, weights, { manifest }) => Siglip.load(runtime, weights, networkConfig(manifest))),
  provide(ENCODER, [SETTINGS, BUNDLE, RUNTIME, SIGLIP], (config, { manifest }, runtime, siglip) => ({
    info: tierInfo({ manifest, runtime, config, isa: isaClass() }),
    vision: manifest.config.vision,
    maxPictureBytes: config.maxPictureBytes,
    features: new PictureFeatures(siglip, {
      revision: manifest.revision,
      preprocess: manifest.config.preprocess,
      limits: pictureLimits(config),
      maxBatch: config.batch,
      cacheBytes: config.featureCacheBytes
    }),
    queue: new WorkQueue(config.queueLimit),
    counts: new TierCounts()
  }))
];

/** The vision encoder as a service. */
export const visionEncoder: ServiceDefinition<typeof configSchema.shape> = {
  name: 'vision-encoder',
  configSchema,
  providers,
  build({ get }) {
    const encoder = get(ENCODER);
    const siglip = get(SIGLIP);
    const handlers = {
      encode: encodeRoute(encoder),
      describeVisionEncoder: describeRoute(encoder),
      getVisionEncoderStats: statsRoute(encoder)
    };
    return {
      services: [bindService(VisionEncoderServiceDefinition, handlers)],
      ready: (signal) => siglip.warmUp(signal),
      drain: () => encoder.queue.refuseWaiting(),
      stop() {
        siglip.release();
        get(WEIGHTS).release();
      }
    };
  }
};
