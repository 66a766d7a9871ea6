import { fileURLToPath } from 'node:url';
import { type ServiceName, ServiceProcess } from './service-process.ts';

/** Environment variable of the orchestrator that names a tier's address. */
const TIER_ADDRESS = {
  'vision-encoder': 'JANUS_MESH_VISION_ENCODER',
  'image-codec': 'JANUS_MESH_IMAGE_CODEC',
  transformer: 'JANUS_MESH_TRANSFORMER'
} as const;

type Tier = keyof typeof TIER_ADDRESS;

/** How a mesh is started on one machine. */
export interface MeshOptions {
  /** Folder of the bundle that every tier serves. */
  readonly bundle: string;
  /** Address the orchestrator listens on; the tiers stay on loopback. */
  readonly host: string;
  /** Port of each service; 0 takes a free one. */
  readonly ports: Readonly<Record<ServiceName, number>>;
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
  readonly onLine: (service: ServiceName, line: string) => void;
}

/** A mesh whose processes run on this machine. */
export interface Mesh {
  /** Address of the orchestrator, host and port. */
  readonly target: string;
  /** Address of each tier. */
  readonly tiers: Readonly<Record<Tier, string>>;
  readonly processes: readonly ServiceProcess[];
  /** Settles with the first service that ends by itself. */
  readonly firstEnd: Promise<{ name: ServiceName; code: number | null }>;
  /** Drains the orchestrator, then the tiers. Nothing runs afterwards. */
  stop(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const DRAIN_SECONDS = 600;
/** What a service may take beyond its drain: handlers that ignore their end, peers that do not close. */
const STOP_GRACE_MS = 10_000;

/**
 * Starts the four services as processes of their own: the tiers side by side, then the orchestrator that is told where they
 * listen. If one fails to start, the others are stopped.
 *
 * @throws {CommandError} with the error of the service that failed
 */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const processes: ServiceProcess[] = [];
  const start = (name: ServiceName, extra: Record<string, string>) => {
    const service = new ServiceProcess({
      name,
      file: fileOf(name, options.dist),
      env: { ...serviceEnv(name, options), ...extra },
      onLine: options.onLine
    });
    processes.push(service);
    return service.ready().then((port) => `${reachable(name === 'orchestrator' ? options.host : LOOPBACK)}:${port}`);
  };
  const limitMs = (options.drainSeconds ?? DRAIN_SECONDS) * 1000 + STOP_GRACE_MS;
  const stop = async () => {
    const [orchestrators, tiers] = [processes.filter(isOrchestrator), processes.filter((service) => !isOrchestrator(service))];
    for (const part of [orchestrators, tiers]) await Promise.all(part.map((service) => service.stop(limitMs)));
  };
  try {
    const names = Object.keys(TIER_ADDRESS) as Tier[];
    const addresses = await Promise.all(names.map((name) => start(name, {})));
    const tiers = Object.fromEntries(names.map((name, index) => [name, addresses[index]])) as Record<Tier, string>;
    const target = await start('orchestrator', Object.fromEntries(names.map((name) => [TIER_ADDRESS[name], tiers[name]])));
    const firstEnd = Promise.race(processes.map((service) => service.ended.then(({ code }) => ({ name: service.name, code }))));
    return { target, tiers, processes, firstEnd, stop };
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

function serviceEnv(name: ServiceName, options: MeshOptions): Record<string, string> {
  return {
    ...options.env,
    JANUS_MESH_BUNDLE: options.bundle,
    JANUS_MESH_HOST: name === 'orchestrator' ? options.host : LOOPBACK,
    JANUS_MESH_PORT: String(options.ports[name]),
    ...(options.logLevel === undefined ? {} : { JANUS_MESH_LOG_LEVEL: options.logLevel }),
    ...(options.threads === undefined || name === 'orchestrator' ? {} : { JANUS_MESH_THREADS: String(options.threads) }),
    ...(options.diagnostics && name !== 'orchestrator' ? { JANUS_MESH_DIAGNOSTICS: 'true' } : {}),
    JANUS_MESH_DRAIN_SECONDS: String(options.drainSeconds ?? DRAIN_SECONDS),
    ...options.settings?.[name]
  };
}
