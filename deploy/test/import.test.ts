import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { at, find, render } from '../../test/deploy/support/render.ts';
import { CONFINED, HEALTH_NAMES } from './support/container-mesh.ts';
import { imageOf } from './support/images.ts';
import { podman, titleOf, whyNoContainers } from './support/programs.ts';
import { timed } from './support/stopwatch.ts';

const CHECKPOINTS = resolve(import.meta.dirname, '../../models');
const VALUES = {
  model: { source: 'import', import: { checkpoint: { claimName: 'checkpoints', path: 'tiny-shapes' }, bundles: { claimName: 'bundles' } } }
};

interface Imported {
  readonly name: string;
  readonly revision: string;
  /** Only of who made it. */
  readonly seconds?: number;
}

describe.skipIf(whyNoContainers() !== undefined)(titleOf('the import that pods of the chart begin with'), () => {
  const name = `janus-mesh-import-${randomBytes(4).toString('hex')}`;
  let pod: unknown;
  beforeAll(async () => {
    pod = at(find(await render([], VALUES), 'Deployment', 'janus-mesh-transformer'), 'spec.template.spec');
    await podman('volume', 'create', name);
  });
  afterAll(async () => {
    await podman('rm', '--force', '--time', '0', name);
    await podman('volume', 'rm', '--force', name);
  });

  /** What the init container does, with both claims stood in for: a volume, and this project's checkpoints. */
  async function runImport(): Promise<Imported> {
    const volumes = ['--volume', `${name}:/bundles:U`, '--volume', `${CHECKPOINTS}:/checkpoint:ro`];
    const args = at(pod, 'initContainers.0.args') as string[];
    return JSON.parse(await podman('run', '--rm', '--network', 'none', ...CONFINED, ...volumes, imageOf('command'), ...args)) as Imported;
  }

  test('pods that start together make one bundle: the first imports, the others wait and find it', async () => {
    const all = await timed('an import of two pods at once', () => Promise.all([runImport(), runImport()]));
    expect(all.map((one) => one.name)).toEqual(['tiny-shapes', 'tiny-shapes']);
    expect(all[0]?.revision).toBe(all[1]?.revision);
    expect(all.filter(({ seconds }) => seconds !== undefined)).toHaveLength(1);
    expect((await runImport()).seconds).toBeUndefined();
  });

  test('what it made is served from a volume that can only be read', async () => {
    const env = at(pod, 'containers.0.env') as { name: string; value?: string }[];
    const bundle = env.find((one) => one.name === 'JANUS_MESH_BUNDLE')?.value;
    const mount = ['--volume', `${name}:/bundles:ro`, '--env', `JANUS_MESH_BUNDLE=${bundle}`];
    await podman('run', '--detach', '--name', name, '--network', 'none', ...CONFINED, ...mount, imageOf('transformer'));
    const ask = () => podman('exec', name, 'node', '/app/healthy.js', HEALTH_NAMES.transformer).catch(() => '');
    await vi.waitUntil(async () => (await ask()) === 'SERVING', { timeout: 60_000, interval: 500 });
  });
});
