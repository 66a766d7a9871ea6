import { spawnSync } from 'node:child_process';

/** Prometheus' own tool; undefined where it is not installed. */
export function promtool(): string | undefined {
  return spawnSync('promtool', ['--version']).status === 0 ? 'promtool' : undefined;
}
