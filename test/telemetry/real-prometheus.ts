import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../support/free-ports.ts';

/** Whether Prometheus is installed. */
export const hasPrometheus = spawnSync('prometheus', ['--version']).error === undefined;

/** A Prometheus that scrapes services. */
export interface RealPrometheus extends AsyncDisposable {
  /** Health of each target, by address; once one was scraped, `up` or `down`. */
  health(): Promise<Record<string, string>>;
  /** The values of an expression, one a series. */
  query(expression: string): Promise<number[]>;
}

/** Starts one that scrapes these ports of loopback each second. */
export async function startPrometheus(ports: readonly number[]): Promise<RealPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-prometheus-'));
  const [port = 0] = await freePorts(1);
  const targets = ports.map((each) => `127.0.0.1:${each}`);
  const scrape = [{ job_name: 'janus-mesh', scrape_interval: '1s', scrape_timeout: '1s', static_configs: [{ targets }] }];
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify({ scrape_configs: scrape })); // JSON is YAML
  const options = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`];
  const child = spawn('prometheus', options, { cwd: folder, stdio: 'ignore' });
  const ask = async <Data>(path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    return ((await response.json()) as { readonly data: Data }).data;
  };
  return {
    async health() {
      const { activeTargets } = await ask<{ activeTargets: Target[] }>('targets').catch(() => ({ activeTargets: [] })); // it may not listen yet
      return Object.fromEntries(activeTargets.map(({ labels, health }) => [labels.instance, health]));
    },
    async query(expression) {
      const { result } = await ask<{ result: Result[] }>(`query?query=${encodeURIComponent(expression)}`);
      return result.map(({ value: [, text] }) => Number(text));
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, 'close');
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

interface Target {
  readonly labels: { readonly instance: string };
  readonly health: string;
}

interface Result {
  readonly value: readonly [time: number, text: string];
}
