import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connectMesh, type MeshClient } from '@janus-mesh/client';
import { imageCodec } from '@janus-mesh/image-codec';
import { importCheckpoint } from '@janus-mesh/importer';
import { openRuntime } from '@janus-mesh/runtime';
import { type RunningService, type ServiceDefinition, startService } from '@janus-mesh/service';
import { transformer } from '@janus-mesh/transformer';
import { visionEncoder } from '@janus-mesh/vision-encoder';
import type { z } from 'zod';
import { orchestrator } from '../service.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const CHECKPOINTS = { 'tiny-pro': 'test/goldens/tiny-pro', 'tiny-shapes': 'models/tiny-shapes' } as const;
const THREADS = 2;

type Variables = Readonly<Record<string, string>>;

/** The four services in this process, over sockets, on the real networks. */
export interface TestMesh {
  readonly client: MeshClient;
  readonly orchestrator: RunningService;
  readonly transformer: RunningService;
  readonly visionEncoder: RunningService;
  readonly imageCodec: RunningService;
  /** Starts one more service on the mesh's bundle. */
  start<Shape extends z.ZodRawShape>(service: ServiceDefinition<Shape>, variables?: Variables): Promise<RunningService>;
  stop(): Promise<void>;
}

/** Imports a checkpoint of the repository and starts a mesh on it. @param settings of the transformer */
export async function startTestMesh(checkpoint: keyof typeof CHECKPOINTS, settings: Variables = {}): Promise<TestMesh> {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-orchestrator-'));
  const bundle = join(folder, 'bundle');
  await importCheckpoint(join(ROOT, CHECKPOINTS[checkpoint]), bundle, {
    quantize: 'f32',
    runtime: openRuntime({ threads: THREADS, spin: false })
  });
  const base = { JANUS_MESH_BUNDLE: bundle, JANUS_MESH_THREADS: String(THREADS), JANUS_MESH_LOG_LEVEL: 'silent' };
  const start: TestMesh['start'] = (service, variables = {}) => startService(service, { ...base, ...variables });
  const tiers = {
    transformer: await start(transformer, { JANUS_MESH_SPIN: 'false', ...settings }),
    visionEncoder: await start(visionEncoder),
    imageCodec: await start(imageCodec)
  };
  const front = await start(orchestrator, addressesOf(tiers));
  const client = connectMesh(addressOf(front));
  return {
    client,
    orchestrator: front,
    ...tiers,
    start,
    async stop() {
      client.close();
      for (const service of [front, ...Object.values(tiers)]) await service.stop(0);
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** Settings that tell an orchestrator where the tiers are. */
export function addressesOf(tiers: Pick<TestMesh, 'transformer' | 'visionEncoder' | 'imageCodec'>): Variables {
  return {
    JANUS_MESH_PORT: '0',
    JANUS_MESH_TRANSFORMER: addressOf(tiers.transformer),
    JANUS_MESH_VISION_ENCODER: addressOf(tiers.visionEncoder),
    JANUS_MESH_IMAGE_CODEC: addressOf(tiers.imageCodec)
  };
}

/** Where a service of this process listens. */
export function addressOf(service: RunningService): string {
  return `127.0.0.1:${service.port}`;
}
