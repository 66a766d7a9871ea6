import { randomBytes } from 'node:crypto';
import { connectMesh, type MeshClient } from '@janus-mesh/client';
import { isServing } from '@janus-mesh/rpc';
import { vi } from 'vitest';
import { type ImageName, imageOf } from './images.ts';
import { podman } from './programs.ts';

const PORT = 50_051;
const STARTED = { timeout: 60_000, interval: 100 };

/** As the chart's security context has it. */
export const CONFINED = [
  ...['--read-only', '--read-only-tmpfs=false', '--tmpfs', '/tmp:rw,size=64m,mode=1777'],
  ...['--cap-drop', 'all', '--security-opt', 'no-new-privileges']
];

/** What services take their threads and memory budgets from. */
const LIMITED = ['--cpus', '1', '--memory', '512m'];

export type ServiceName = Exclude<ImageName, 'command'>;

/** gRPC's name of what each service serves. */
export const HEALTH_NAMES: Readonly<Record<ServiceName, string>> = {
  orchestrator: 'janus.v1.JanusService',
  transformer: 'janus.tier.v1.TransformerService',
  'vision-encoder': 'janus.tier.v1.VisionEncoderService',
  'image-codec': 'janus.tier.v1.ImageCodecService'
};

/** A container of a service, that serves. */
export interface ServiceContainer {
  readonly service: ServiceName;
  readonly name: string;
  /** `ip:port` */
  readonly address: string;
}

/** The four services as containers on a network of their own. Dispose ends all of them. */
export class ContainerMesh implements AsyncDisposable {
  readonly network = `janus-mesh-${randomBytes(4).toString('hex')}`;
  readonly #containers: ServiceContainer[] = [];
  readonly #names: string[] = [];
  #client: MeshClient | undefined;

  /** Starts a mesh, with several transformers behind the one name `transformer`. */
  static async start({ transformers }: { readonly transformers: number }): Promise<ContainerMesh> {
    const mesh = new ContainerMesh();
    try {
      await mesh.#start(transformers);
      return mesh;
    } catch (error) {
      await mesh[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Through the port that is published on loopback. */
  get client(): MeshClient {
    if (this.#client === undefined) throw new Error('the mesh has not started');
    return this.#client;
  }

  /** Starts a container of a service under the service's name, beside others of it, and waits until it serves. */
  async add(service: ServiceName, options: readonly string[] = []): Promise<ServiceContainer> {
    const name = `${this.network}-${service}-${this.#names.length}`;
    this.#names.push(name);
    const where = ['--name', name, '--network', this.network, '--network-alias', service];
    await podman('run', '--detach', ...where, ...CONFINED, ...LIMITED, ...options, imageOf(service));
    const address = `${await podman('inspect', '--format', `{{(index .NetworkSettings.Networks "${this.network}").IPAddress}}`, name)}:${PORT}`;
    await vi.waitUntil(() => isServing(address, HEALTH_NAMES[service]).catch(() => false), STARTED);
    const container = { service, name, address };
    this.#containers.push(container);
    return container;
  }

  /** The containers of a service, in the order they became ready. */
  of(service: ServiceName): readonly ServiceContainer[] {
    return this.#containers.filter((container) => container.service === service);
  }

  /** Runs the command in a container beside the mesh. @returns what it printed */
  command(...args: string[]): Promise<string> {
    return podman('run', '--rm', '--network', this.network, ...CONFINED, imageOf('command'), ...args);
  }

  async #start(transformers: number): Promise<void> {
    await podman('network', 'create', this.network);
    const tiers = [...Array<'transformer'>(transformers).fill('transformer'), 'vision-encoder', 'image-codec'] as const;
    await Promise.all(tiers.map((tier) => this.add(tier)));
    const { name } = await this.add('orchestrator', [
      ...['--publish', `127.0.0.1::${PORT}`],
      ...environment({
        JANUS_MESH_TRANSFORMER: `dns:///transformer:${PORT}`,
        JANUS_MESH_VISION_ENCODER: `dns:///vision-encoder:${PORT}`,
        JANUS_MESH_IMAGE_CODEC: `dns:///image-codec:${PORT}`
      })
    ]);
    this.#client = connectMesh(await podman('port', name, `${PORT}/tcp`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client?.close();
    await podman('rm', '--force', '--ignore', '--time', '0', ...this.#names);
    await podman('network', 'rm', '--force', this.network);
  }
}

function environment(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
}
