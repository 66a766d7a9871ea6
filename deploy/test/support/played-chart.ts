import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../../../test/deploy/support/render.ts';
import { freePorts } from '../../../test/support/free-ports.ts';
import { podman } from './programs.ts';
import { forPodman, serviceNames } from './stand-ins.ts';

interface InspectedPod {
  readonly InfraContainerID: string;
  readonly Containers: readonly { readonly Id: string }[];
}

/** The Deployments and Pods of a rendered chart, run by `podman kube play` on a network of their own. Dispose ends all. */
export class PlayedChart implements AsyncDisposable {
  readonly network = `janus-mesh-${randomBytes(4).toString('hex')}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'janus-mesh-chart-'));
  readonly #objects: readonly KubernetesObject[];
  readonly #pods = new Map<KubernetesObject, string>();
  #target = '';

  private constructor(objects: readonly KubernetesObject[]) {
    this.#objects = objects;
  }

  /** Starts a pod of each Deployment. */
  static async play(objects: readonly KubernetesObject[]): Promise<PlayedChart> {
    const chart = new PlayedChart(objects);
    try {
      await podman('network', 'create', chart.network);
      const [port = 0] = await freePorts(1);
      chart.#target = `127.0.0.1:${port}`;
      for (const object of objects.filter(({ kind }) => kind === 'Deployment')) {
        await chart.#play(object, object.metadata.labels['app.kubernetes.io/component'] === 'orchestrator' ? port : undefined);
      }
      return chart;
    } catch (error) {
      await chart[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where the orchestrator is published. */
  get target(): string {
    return this.#target;
  }

  /** The address of a pod on the network. */
  async addressOf(object: KubernetesObject): Promise<string> {
    const { InfraContainerID } = await inspect(this.#pods.get(object) as string);
    return await podman('inspect', '--format', `{{(index .NetworkSettings.Networks "${this.network}").IPAddress}}`, InfraContainerID);
  }

  /** What the containers of a pod wrote, one after the other. */
  async logsOf(object: KubernetesObject): Promise<string> {
    return (await Promise.all((await this.#containersOf(object)).map((id) => podman('logs', id)))).join('\n');
  }

  /** Runs a Pod to its end. @returns the exit codes of its containers; those before them have succeeded, and are gone */
  async run(object: KubernetesObject): Promise<string[]> {
    await this.#play(object);
    return await Promise.all((await this.#containersOf(object)).map((id) => podman('wait', id)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pod of this.#pods.values()) await podman('pod', 'rm', '--force', '--time', '0', pod);
    await podman('network', 'rm', '--force', this.network);
    rmSync(this.#folder, { recursive: true });
  }

  async #containersOf(object: KubernetesObject): Promise<string[]> {
    const { InfraContainerID, Containers } = await inspect(this.#pods.get(object) as string);
    return Containers.map(({ Id }) => Id).filter((id) => id !== InfraContainerID);
  }

  async #play(object: KubernetesObject, published?: number): Promise<void> {
    const file = join(this.#folder, `${object.metadata.name}.yaml`);
    const played = forPodman(object, { volumePrefix: `${this.network}-${object.metadata.name}-`, published });
    writeFileSync(file, stringify(played));
    const aliases = serviceNames(object, this.#objects).map((name) => `alias=${name}`);
    const network = aliases.length > 0 ? `${this.network}:${aliases.join(',')}` : this.network;
    const said = await podman('kube', 'play', '--network', network, file);
    const [, pod] = /^Pod:\n([0-9a-f]+)/m.exec(said) ?? [];
    if (pod === undefined) throw new Error(`podman kube play names no pod: ${said}`);
    this.#pods.set(object, pod);
  }
}

async function inspect(pod: string): Promise<InspectedPod> {
  return JSON.parse(await podman('pod', 'inspect', pod));
}
