import { type Bundle, networkConfig, openBundle } from '@janus-mesh/bundle';
import { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
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
  Turns,
  tierInfo,
  token,
  WorkQueue
} from '@janus-mesh/service';
import { type Config, configSchema } from './config.ts';
import { imageCodecHandlers } from './handlers.ts';
import type { ImageCodec } from './image-codec.ts';
import { NetworkTurns } from './network-turns.ts';
import { Vq } from './vq.ts';

const SETTINGS = CONFIG as Token<Config>;
const BUNDLE = token<Bundle>('bundle');
const RUNTIME = token<Runtime>('runtime');
const WEIGHTS = token<MappedWeights>('weights');
const VQ = token<Vq>('vq');
const CODEC = token<ImageCodec>('image codec');

const providers = [
  provide(BUNDLE, [SETTINGS], ({ bundle }) => openBundle(bundle)),
  // Runs are long and rare: threads that spin between them would only take time from the tiers beside this one.
  provide(RUNTIME, [SETTINGS], (settings) => openRuntime({ ...runtimeOptions(settings), threads: settings.threads, spin: false })),
  provide(WEIGHTS, [RUNTIME, BUNDLE], (runtime, { weightsPath, tensors }) => new MappedWeights(runtime, weightsPath, tensors)),
  provide(VQ, [RUNTIME, WEIGHTS, BUNDLE], (runtime, weights, { manifest }) => Vq.load(runtime, weights, networkConfig(manifest))),
  provide(CODEC, [SETTINGS, BUNDLE, RUNTIME, VQ], (config, { manifest }, runtime, vq) => ({
    info: tierInfo({ manifest, runtime, config, isa: isaClass() }),
    codec: manifest.config.codec,
    limits: pictureLimits(config),
    vq,
    queue: new WorkQueue(config.queueLimit),
    runs: new NetworkTurns(),
    preparing: new Turns(),
    counts: new TierCounts()
  }))
];

/** The image codec as a service. */
export const imageCodec: ServiceDefinition<typeof configSchema.shape> = {
  name: 'image-codec',
  configSchema,
  providers,
  build({ get }) {
    const codec = get(CODEC);
    const vq = get(VQ);
    return {
      services: [bindService(ImageCodecServiceDefinition, imageCodecHandlers(codec))],
      ready: (signal) => vq.warmUp(signal),
      drain: () => codec.queue.refuseWaiting(),
      stop() {
        vq.release();
        get(WEIGHTS).release();
      }
    };
  }
};
