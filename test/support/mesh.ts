import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connectMesh, type MeshClient } from '@janus-mesh/client';
import {
  type GetModelResponse,
  ImageCodecServiceDefinition,
  TransformerServiceDefinition,
  VisionEncoderServiceDefinition
} from '@janus-mesh/contracts';
import { importCheckpoint } from '@janus-mesh/importer';
import type { QuantizationScheme, WeightBlock } from '@janus-mesh/models';
import { type Client, connect } from '@janus-mesh/rpc';
import { type Mesh, type MeshOptions, startMesh, type Tier } from '../../libs/cli/src/mesh/mesh.ts';
import { MeshProcesses } from './mesh-processes.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** A mesh of real processes with clients of every service. */
export interface TestMesh extends AsyncDisposable {
  readonly mesh: Mesh;
  /** The services' processes, to be killed and started again. */
  readonly processes: MeshProcesses;
  readonly bundle: string;
  readonly client: MeshClient;
  readonly transformer: Client<TransformerServiceDefinition>;
  readonly visionEncoder: Client<VisionEncoderServiceDefinition>;
  readonly imageCodec: Client<ImageCodecServiceDefinition>;
  readonly model: GetModelResponse;
  /** What the services wrote. */
  readonly lines: readonly string[];
}

/** How a test's mesh is made. */
export interface TestMeshOptions {
  /** Checkpoint folder; imported into a temporary bundle. */
  readonly checkpoint?: string;
  /** A bundle that is there already. */
  readonly bundle?: string;
  readonly weights?: 'safetensors' | 'torch';
  /** What it is imported as. @default f32 */
  readonly quantize?: QuantizationScheme;
  /** With w4. @default 32 */
  readonly block?: WeightBlock;
  readonly threads?: number;
  /** Whether the transformer's idle threads spin. @default false: test files run beside each other, and would wait for that */
  readonly spin?: boolean;
  readonly diagnostics?: boolean;
  readonly replicas?: Readonly<Partial<Record<Tier, number>>>;
  /** Settings of single services, by variable. */
  readonly settings?: NonNullable<MeshOptions['settings']>;
  /** @default 5 */
  readonly drainSeconds?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Folder of a checkpoint in the repository. */
export const CHECKPOINTS = {
  tinyPro: join(ROOT, 'test/goldens/tiny-pro'),
  tinyProOriginal: join(ROOT, 'test/goldens/tiny-pro-original'),
  tinyShapes: join(ROOT, 'models/tiny-shapes')
};

/** Imports a checkpoint into a temporary folder. */
export async function temporaryBundle(
  checkpoint: string,
  { weights, quantize = 'f32', block }: Pick<TestMeshOptions, 'weights' | 'quantize' | 'block'> = {}
): Promise<{ bundle: string; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-test-'));
  const bundle = join(folder, 'bundle');
  await importCheckpoint(checkpoint, bundle, { quantize, block, weights });
  return { bundle, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts the four services from dist/ as processes, on free ports. Dispose stops them. */
export async function startTestMesh(options: TestMeshOptions): Promise<TestMesh> {
  const made = options.bundle === undefined ? await temporaryBundle(options.checkpoint as string, options) : undefined;
  const bundle = options.bundle ?? (made?.bundle as string);
  const lines: string[] = [];
  const mesh = await startMesh({
    bundle,
    host: '127.0.0.1',
    ports: { orchestrator: 0, 'vision-encoder': 0, transformer: 0, 'image-codec': 0 },
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...options.env },
    threads: options.threads ?? 2,
    diagnostics: options.diagnostics ?? true,
    drainSeconds: options.drainSeconds ?? 5,
    ...(options.replicas === undefined ? {} : { replicas: options.replicas }),
    settings: { ...options.settings, transformer: { JANUS_MESH_SPIN: `${options.spin ?? false}`, ...options.settings?.transformer } },
    dist: join(ROOT, 'dist'),
    onLine: (service, line) => lines.push(`${service} ${line}`)
  });
  const client = connectMesh(mesh.target);
  const transformer = connect(TransformerServiceDefinition, mesh.tiers.transformer);
  const visionEncoder = connect(VisionEncoderServiceDefinition, mesh.tiers['vision-encoder']);
  const imageCodec = connect(ImageCodecServiceDefinition, mesh.tiers['image-codec']);
  const processes = new MeshProcesses(mesh);
  const connections = [transformer, visionEncoder, imageCodec];
  return {
    mesh,
    processes,
    bundle,
    client,
    transformer: transformer.client,
    visionEncoder: visionEncoder.client,
    imageCodec: imageCodec.client,
    model: await client.getModel(),
    lines,
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.close();
      client.close();
      await mesh.stop();
      await processes.stop();
      made?.remove();
    }
  };
}
