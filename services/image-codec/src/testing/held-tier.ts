import { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import { DEFAULT_PICTURE_LIMITS } from '@janus-mesh/image';
import { bindService, type Client, connect } from '@janus-mesh/rpc';
import { type RunningService, startService, TierCounts, Turns, tierInfo, WorkQueue } from '@janus-mesh/service';
import { onTestFinished } from 'vitest';
import { configSchema } from '../config.ts';
import { imageCodecHandlers } from '../handlers.ts';
import type { ImageCodec } from '../image-codec.ts';
import { NetworkTurns } from '../network-turns.ts';
import { HeldNetworks, heldCodec } from './held-networks.ts';

/** The codec's service over a socket, on networks whose runs a test ends. */
export interface HeldTier {
  readonly client: Client<ImageCodecServiceDefinition>;
  readonly networks: HeldNetworks;
  readonly service: RunningService;
}

/** The revision that held tiers serve. */
export const heldRevision = 'held';

/** Starts one; diagnostics are on. It stops with the test. */
export async function startHeldTier(queueLimit: number): Promise<HeldTier> {
  const networks = new HeldNetworks();
  const codec = heldImageCodec(networks, queueLimit);
  const definition = {
    name: 'held-codec',
    configSchema,
    build: () => ({
      services: [bindService(ImageCodecServiceDefinition, imageCodecHandlers(codec))],
      drain: () => codec.queue.refuseWaiting()
    })
  };
  const service = await startService(definition, { JANUS_MESH_BUNDLE: 'none', JANUS_MESH_LOG_LEVEL: 'silent' });
  const { client, close } = connect(ImageCodecServiceDefinition, `127.0.0.1:${service.port}`);
  onTestFinished(async () => {
    close();
    await service.stop(0);
  });
  return { client, networks, service };
}

function heldImageCodec(vq: HeldNetworks, queueLimit: number): ImageCodec {
  const info = tierInfo({
    manifest: { revision: heldRevision, name: 'held', quantization: { scheme: 'f32' }, weights: { sha256: '' } },
    runtime: { version: '', provider: 'cpu', threads: 1 },
    config: { diagnostics: true },
    isa: ''
  });
  return {
    info,
    codec: heldCodec,
    limits: DEFAULT_PICTURE_LIMITS,
    vq,
    queue: new WorkQueue(queueLimit),
    runs: new NetworkTurns(),
    preparing: new Turns(),
    counts: new TierCounts()
  };
}
