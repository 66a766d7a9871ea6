import { type Bundle, networkConfig, openBundle } from '@janus-mesh/bundle';
import { ImageCodecServiceDefinition, type TierInfo } from '@janus-mesh/contracts';
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
  Turns,
  tierInfo,
  token,
  type WorkQueue
} from '@janus-mesh/service';
import type { Metrics } from '@janus-mesh/telemetry';
import { type Config, configSchema } from './config.ts';
import { imageCodecHandlers } from './handlers.ts';
import type { CodecNetworks, ImageCodec } from './image-codec.ts';
import { NetworkTurns } from './network-turns.ts';
import { Vq } from './vq.ts';

const SETTINGS = CONFIG as Token<Config>;
const BUNDLE = token<Bundle>('bundle');
const RUNTIME = token<Runtime>('runtime');
const WEIGHTS = token<MappedWeights>('weights');
const VQ = token<Vq>('vq');
const INFO = token<TierInfo>('tier info');
const QUEUE = token<WorkQueue>('queue');
const NETWORKS = token<CodecNetworks>('networks');

const providers = [
  provide(BUNDLE, [SETTINGS], ({ bundle }) => openBundle(bundle)),
  // Runs are long and rare: threads that spin between them would only take time from the tiers beside this one.
  provide(RUNTIME, [SETTINGS], (settings) => openRuntime({ ...runtimeOptions(settings), threads: settings.threads, spin: false })),
  provide(WEIGHTS, [RUNTIME, BUNDLE], (runtime, { weightsPath, tensors }) => new MappedWeights(runtime, weightsPath, tensors)),
  provide(VQ, [RUNTIME, WEIGHTS, BUNDLE], (runtime, weights, { manifest }) => Vq.load(runtime, weights, networkConfig(manifest))),
  provide(INFO, [SETTINGS, BUNDLE, RUNTIME], (config, { manifest }, runtime) => tierInfo({ manifest, runtime, config, isa: isaClass() })),
  provide(QUEUE, [SETTINGS, TELEMETRY], ({ queueLimit }, { metrics }) => measuredQueue(metrics, queueLimit)),
  provide(NETWORKS, [VQ, TELEMETRY], (vq, { metrics }) => measured(vq, metrics))
];

/** The image codec as a service. */
export const imageCodec: ServiceDefinition<typeof configSchema.shape> = {
  name: 'image-codec',
  configSchema,
  providers,
  build({ get, config }) {
    const codec: ImageCodec = {
      info: get(INFO),
      codec: get(BUNDLE).manifest.config.codec,
      limits: pictureLimits(config),
      vq: get(NETWORKS),
      queue: get(QUEUE),
      runs: new NetworkTurns(),
      preparing: new Turns(),
      counts: new TierCounts()
    };
    const vq = get(VQ);
    return {
      revision: codec.info.revision,
      services: [bindService(ImageCodecServiceDefinition, imageCodecHandlers(codec))],
      async ready(signal) {
        await vq.warmUp(signal);
        await settleMemory();
      },
      drain: () => codec.queue.refuseWaiting(),
      stop() {
        vq.release();
        get(WEIGHTS).release();
      }
    };
  }
};

function measured(vq: CodecNetworks, metrics: Metrics): CodecNetworks {
  return {
    palette: vq.palette,
    decode: measuredRun(metrics, 'vq-decoder', (...input: Parameters<CodecNetworks['decode']>) => vq.decode(...input)),
    encode: measuredRun(metrics, 'vq-encoder', (...input: Parameters<CodecNetworks['encode']>) => vq.encode(...input))
  };
}
