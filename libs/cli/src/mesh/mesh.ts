import { fileURLToPath } from 'node:url';
import { ALLOCATOR_TUNABLES } from './allocator-tunables.ts';
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
  /** Address the orchestrator listens on; the tiers stay on loopback. */
  readonly host: string;
  /** Port of each service; 0 takes a free one. Further replicas of a tier take the ports that follow. */
  readonly ports: Readonly<Record<ServiceName, number>>;
  /** Processes of each tier. Default: one. */
  readonly replicas?: Readonly<Partial<Record<Tier, number>>>;
  /** Environment every service gets. */
  readonly env: Readonly<Record<string, string>>;
  /** Settings of single services beside those, by variable. */
  readonly settings?: Readonly<Partial<Record<ServiceName, Readonly<Record<string, string>>>>>;
  /** Longest time a stop waits for calls that run. @default 600 */
  readonly drainSeconds?: number;
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

const LOOPBACK = '127.0.0.1';
const DRAIN_SECONDS = 600;
/** What a service may take beyond its drain: handlers that ignore their end, peers that do not close. */
const STOP_GRACE_MS = 10_000;

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
    return `${reachable(name === 'orchestrator' ? options.host : LOOPBACK)}:${await service.ready()}`;
  };
  const limitMs = (options.drainSeconds ?? DRAIN_SECONDS) * 1000 + STOP_GRACE_MS;
  const stop = async () => {
    const [orchestrators, tiers] = [processes.filter(isOrchestrator), processes.filter((service) => !isOrchestrator(service))];
    for (const part of [orchestrators, tiers]) await Promise.all(part.map((service) => service.stop(limitMs)));
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

/** An address one can connect to: loopback for "all interfaces", brackets around IPv6. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return LOOPBACK;
  return host.includes(':') ? `[${host}]` : host;
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
    GLIBC_TUNABLES: ALLOCATOR_TUNABLES[name],
    ...options.env,
    JANUS_MESH_BUNDLE: options.bundle,
    JANUS_MESH_HOST: name === 'orchestrator' ? options.host : LOOPBACK,
    JANUS_MESH_PORT: String(port === 0 ? 0 : port + replica),
    ...(options.logLevel === undefined ? {} : { JANUS_MESH_LOG_LEVEL: options.logLevel }),
    ...(options.threads === undefined || name === 'orchestrator' ? {} : { JANUS_MESH_THREADS: String(options.threads) }),
    ...(options.diagnostics && name !== 'orchestrator' ? { JANUS_MESH_DIAGNOSTICS: 'true' } : {}),
    JANUS_MESH_DRAIN_SECONDS: String(options.drainSeconds ?? DRAIN_SECONDS),
    ...options.settings?.[name]
  };
}
