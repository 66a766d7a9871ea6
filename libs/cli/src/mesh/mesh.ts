import { fileURLToPath } from 'node:url';
import { type ServiceName, ServiceProcess } from './service-process.ts';

/** Environment variable of the orchestrator that names a tier's address. */
const TIER_ADDRESS = {
  'vision-encoder': 'JANUS_MESH_VISION_ENCODER',
  'image-codec': 'JANUS_MESH_IMAGE_CODEC',
  transformer: 'JANUS_MESH_TRANSFORMER'
} as const;

/** A tier behind the orchestrator. */
export type Tier = keyof typeof TIER_ADDRESS;

/** The tiers, in the order they are started. */
export const TIERS = Object.keys(TIER_ADDRESS) as readonly Tier[];

/** How a mesh is started on one machine. */
export interface MeshOptions {
  /** Folder of the bundle that every tier serves. */
  readonly bundle: string;
  /** Address the services listen on. */
  readonly host: string;
  /** Port of each service; 0 takes a free one. Further replicas of a tier take the ports that follow. */
  readonly ports: Readonly<Record<ServiceName, number>>;
  /** Processes of each tier. Default: one. */
  readonly replicas?: Readonly<Partial<Record<Tier, number>>>;
  /** Environment every service gets. */
  readonly env: Readonly<Record<string, string>>;
  /** What single services get beside it. */
  readonly envOf?: Readonly<Partial<Record<ServiceName, Readonly<Record<string, string>>>>>;
  /** Threads of each tier's networks. Unset: the tier's own default. */
  readonly threads?: number;
  /** Whether the tiers accept diagnostic fields. */
  readonly diagnostics?: boolean;
  readonly logLevel?: string;
  /** Folder the services' JavaScript lies in. Default: beside this file. */
  readonly dist?: string;
  /** Gets each line a service writes, with the service's label: its name, from the second replica on with a number. */
  readonly onLine: (label: string, line: string) => void;
}

/** A mesh whose processes run on this machine. */
export interface Mesh {
  /** Address of the orchestrator, host and port. */
  readonly target: string;
  /** Address of each tier's first replica. */
  readonly tiers: Readonly<Record<Tier, string>>;
  /** Addresses of each tier's replicas. */
  readonly replicas: Readonly<Record<Tier, readonly string[]>>;
  readonly processes: readonly ServiceProcess[];
  /** Drains the orchestrator, then the tiers. Nothing runs afterwards. */
  stop(): Promise<void>;
}

const STOP_LIMIT_MS = 15_000;

/**
 * Starts the services as processes of their own: the replicas of all tiers side by side, then the orchestrator that is told where they
 * listen. If one fails to start, the others are stopped.
 *
 * @throws {CommandError} with the error of the service that failed
 */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const processes: ServiceProcess[] = [];
  const start = async (name: ServiceName, replica: number, extra: Record<string, string> = {}) => {
    const env = { ...serviceEnv(name, replica, options), ...extra };
    const service = new ServiceProcess({ name, replica, file: fileOf(name, options.dist), env, onLine: options.onLine });
    processes.push(service);
    return `${options.host}:${await service.ready()}`;
  };
  const stop = async () => {
    const [orchestrators, tiers] = [processes.filter(isOrchestrator), processes.filter((service) => !isOrchestrator(service))];
    for (const part of [orchestrators, tiers]) await Promise.all(part.map((service) => service.stop(STOP_LIMIT_MS)));
  };
  const startTier = (name: Tier) => Promise.all(Array.from({ length: options.replicas?.[name] ?? 1 }, (_, at) => start(name, at)));
  try {
    const addresses = await Promise.all(TIERS.map(startTier));
    const replicas = Object.fromEntries(TIERS.map((name, at) => [name, addresses[at]])) as Record<Tier, string[]>;
    const tiers = Object.fromEntries(TIERS.map((name, at) => [name, addresses[at]?.[0]])) as Record<Tier, string>;
    const target = await start('orchestrator', 0, Object.fromEntries(TIERS.map((name) => [TIER_ADDRESS[name], replicas[name].join(',')])));
    return { target, tiers, replicas, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function isOrchestrator(service: ServiceProcess): boolean {
  return service.name === 'orchestrator';
}

function fileOf(name: ServiceName, dist: string | undefined): string {
  return dist === undefined ? fileURLToPath(new URL(`./${name}.js`, import.meta.url)) : `${dist}/${name}.js`;
}

function serviceEnv(name: ServiceName, replica: number, options: MeshOptions): Record<string, string> {
  const port = options.ports[name];
  return {
    ...options.env,
    ...options.envOf?.[name],
    JANUS_MESH_BUNDLE: options.bundle,
    JANUS_MESH_HOST: options.host,
    JANUS_MESH_PORT: String(port === 0 ? 0 : port + replica),
    ...(options.logLevel === undefined ? {} : { JANUS_MESH_LOG_LEVEL: options.logLevel }),
    ...(options.threads === undefined || name === 'orchestrator' ? {} : { JANUS_MESH_THREADS: String(options.threads) }),
    ...(options.diagnostics && name !== 'orchestrator' ? { JANUS_MESH_DIAGNOSTICS: 'true' } : {})
  };
}
