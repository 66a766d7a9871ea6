import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { importCheckpoint } from '@janus-mesh/importer';
import { type Client, connect, type ServiceDefinition as RpcDefinition } from '@janus-mesh/rpc';
import { openRuntime } from '@janus-mesh/runtime';
import { type ServiceDefinition, startService } from '@janus-mesh/service';
import type { z } from 'zod';

const THREADS = 2;
const GOLDENS = resolve(import.meta.dirname, '../goldens/tiny-pro');

/** A bundle of the golden checkpoint in a temporary folder. */
export interface TinyBundle {
  readonly dir: string;
  readonly revision: string;
  remove(): void;
}

/** A tier that runs in this process, and a client of it over a socket. */
export interface TestTier<Rpc extends RpcDefinition> {
  readonly client: Client<Rpc>;
  readonly address: string;
  /** Shuts the tier down as a signal does; its client stays. */
  shutDown(): Promise<void>;
  stop(): Promise<void>;
}

/** Imports the golden checkpoint, with the runtime that the vision tiers open: a process has one. */
export async function importTiny(): Promise<TinyBundle> {
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-tier-'));
  const dir = join(folder, 'bundle');
  const { revision } = await importCheckpoint(GOLDENS, dir, {
    quantize: 'f32',
    runtime: openRuntime({ threads: THREADS, spin: false })
  });
  return { dir, revision, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Starts a tier on a bundle.
 *
 * @param variables settings beside the bundle, as `JANUS_MESH_...`
 */
export async function startTier<Rpc extends RpcDefinition, Shape extends z.ZodRawShape>(
  service: ServiceDefinition<Shape>,
  rpc: Rpc,
  bundle: TinyBundle,
  variables: Readonly<Record<string, string>> = {}
): Promise<TestTier<Rpc>> {
  const running = await startService(service, {
    JANUS_MESH_BUNDLE: bundle.dir,
    JANUS_MESH_THREADS: String(THREADS),
    JANUS_MESH_LOG_LEVEL: 'silent',
    ...variables
  });
  const address = `127.0.0.1:${running.port}`;
  const { client, close } = connect(rpc, address);
  return {
    client,
    address,
    shutDown: () => running.stop(),
    async stop() {
      close();
      await running.stop();
    }
  };
}
