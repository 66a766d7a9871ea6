import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { containersConf } from './containers-conf.ts';

const run = promisify(execFile);

const NEEDED = ['podman', 'buildah', 'debootstrap', 'iptables'];

/** Why containers can't be run here; undefined if they can. */
export function whyNoContainers(): string | undefined {
  if (process.platform !== 'linux') return `containers are run on Linux, this is ${process.platform}`;
  const missing = NEEDED.filter((name) => spawnSync(name, ['--version']).error !== undefined);
  if (missing.length > 0) return `${missing.join(', ')} not found: apt-get install ${NEEDED.join(' ')} runc`;
  return process.getuid?.() === 0 ? undefined : "needs root: other users' podman hides the addresses of containers";
}

/** The title of a group of tests that needs containers: with the reason, where they are skipped. */
export function titleOf(subject: string): string {
  const reason = whyNoContainers();
  return reason === undefined ? subject : `${subject} (skipped: ${reason})`;
}

/** Runs podman. @returns what it printed @throws {Error} with what it wrote to stderr */
export function podman(...args: string[]): Promise<string> {
  return call('podman', args);
}

/** Runs a program with the settings of containers that work here. @returns what it printed */
export async function call(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await run(program, args, {
    env: { ...process.env, ...containersConf(), ...env },
    maxBuffer: 64 * 1024 * 1024
  });
  return stdout.trim();
}
