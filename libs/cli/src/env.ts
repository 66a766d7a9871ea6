import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the command reads from its environment; the only place that does. */
export interface CliEnvironment {
  /** Where imported bundles of the embedded models are kept: `JANUS_MESH_HOME`, else the user's cache folder. */
  readonly home: string;
  /** Address of the mesh: `JANUS_MESH_TARGET`, else port 50051 of this machine. */
  readonly target: string;
  /** Environment that services are started with: ours, without `JANUS_MESH_*`. */
  readonly passedOn: Readonly<Record<string, string>>;
  /** Names of the `JANUS_MESH_*` that are there, but neither read by a command nor passed on. */
  readonly unread: readonly string[];
}

const READ: readonly string[] = ['JANUS_MESH_HOME', 'JANUS_MESH_TARGET'];
/** Those of the benchmark and the tests, which are no service's. */
const OTHERS = /^JANUS_MESH_(BENCH|TEST)_/;

/** Reads the environment. */
export function readEnvironment(): CliEnvironment {
  const { JANUS_MESH_HOME, JANUS_MESH_TARGET, XDG_CACHE_HOME } = process.env;
  const cache = XDG_CACHE_HOME || join(homedir(), '.cache');
  const passedOn = Object.entries(process.env).filter(([name, value]) => value !== undefined && !name.startsWith('JANUS_MESH_'));
  return {
    home: JANUS_MESH_HOME || join(cache, 'janus-mesh'),
    target: JANUS_MESH_TARGET || '127.0.0.1:50051',
    passedOn: Object.fromEntries(passedOn) as Record<string, string>,
    unread: Object.keys(process.env).filter((name) => name.startsWith('JANUS_MESH_') && !READ.includes(name) && !OTHERS.test(name))
  };
}
