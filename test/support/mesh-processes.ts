import type { Mesh } from '../../libs/cli/src/mesh/mesh.ts';
import { ServiceProcess } from '../../libs/cli/src/mesh/service-process.ts';

const STOP_MS = 5_000;

/** The processes of a mesh by their labels (transformer, transformer-2, …): ended one by one, and started again. */
export class MeshProcesses {
  readonly #mesh: Mesh;
  readonly #again = new Map<string, ServiceProcess>();

  constructor(mesh: Mesh) {
    this.#mesh = mesh;
  }

  /** The one that was started last under a label. */
  get(label: string): ServiceProcess {
    const found = this.#again.get(label) ?? this.#mesh.processes.find((service) => service.label === label);
    if (found === undefined) throw new Error(`the mesh has no ${label}`);
    return found;
  }

  /** Those that were started last, one a label. */
  get all(): ServiceProcess[] {
    return this.#mesh.processes.map(({ label }) => this.get(label));
  }

  /** Their process ids by label. */
  get pids(): Record<string, number | undefined> {
    return Object.fromEntries(this.all.map(({ label, pid }) => [label, pid]));
  }

  /** Kills a service without a warning, and waits until it is gone. */
  async kill(label: string): Promise<void> {
    this.get(label).kill('SIGKILL');
    await this.get(label).ended;
  }

  /** Starts a service that has ended where it listened, with the settings it had, and waits until it is ready. */
  async startAgain(label: string): Promise<void> {
    const { options } = this.get(label);
    const env = { ...options.env, JANUS_MESH_PORT: this.addressOf(label).split(':').at(-1) as string };
    const started = new ServiceProcess({ ...options, env });
    this.#again.set(label, started);
    await started.ready();
  }

  /** Where a service listens, host and port. */
  addressOf(label: string): string {
    const { name, replica } = this.get(label).options;
    return name === 'orchestrator' ? this.#mesh.target : (this.#mesh.replicas[name][replica] as string);
  }

  /** Ends what was started again. */
  async stop(): Promise<void> {
    await Promise.all([...this.#again.values()].map((service) => service.stop(STOP_MS)));
  }
}
