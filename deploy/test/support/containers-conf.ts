import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../../node_modules/.cache/janus-mesh');

/**
 * Podman's settings where its own defaults fail: without systemd it can't use its cgroup manager, beside cgroup version 1 crun
 * refuses to run, and without CAP_SYS_RESOURCE limits can't be raised. Whoever has set CONTAINERS_CONF knows better.
 */
export function containersConf(): Readonly<Record<string, string>> {
  if (process.env.CONTAINERS_CONF !== undefined) return {};
  const file = join(FOLDER, 'containers.conf');
  if (!existsSync(file)) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, settings());
  }
  return { CONTAINERS_CONF: file };
}

function settings(): string {
  const engine = [
    ...(existsSync('/sys/fs/cgroup/cgroup.controllers') ? [] : ['runtime = "runc"']),
    ...(existsSync('/run/systemd/system') ? [] : ['cgroup_manager = "cgroupfs"'])
  ];
  const limits = [`"nofile=${hardLimit('open files')}"`, `"nproc=${hardLimit('processes')}"`];
  return ['[containers]', `default_ulimits = [${limits.join(', ')}]`, '[engine]', ...engine].join('\n');
}

/** A limit of this process as `soft:hard`, both the hard one; more than 16,384 is not asked for. */
function hardLimit(name: string): string {
  const [, hard] = new RegExp(`^Max ${name} +\\S+ +(\\S+)`, 'm').exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  const limit = Math.min(16_384, Number(hard) || 16_384);
  return `${limit}:${limit}`;
}
