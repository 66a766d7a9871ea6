import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ContainerMesh, HEALTH_NAMES, type ServiceName } from './support/container-mesh.ts';
import { imageOf } from './support/images.ts';
import { podman, titleOf, whyNoContainers } from './support/programs.ts';

const SERVICES = Object.keys(HEALTH_NAMES) as ServiceName[];

/** Says of the service's own process who it is and what it may, and of its files what can be written and which packages there are. */
const PROBE = `
const { existsSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const status = Object.fromEntries(readFileSync('/proc/1/status', 'utf8').split('\\n').map((line) => line.split(/:\\s*/)));
const written = (path) => { try { writeFileSync(path, ''); return 'written'; } catch ({ code }) { return code; } };
const files = Object.fromEntries(['/x', '/app/x', '/models/x', '/etc/x', '/tmp/x'].map((path) => [path, written(path)]));
const packages = existsSync('/app/node_modules') ? readdirSync('/app/node_modules') : [];
console.log(JSON.stringify({ status, files, packages }));
`;

interface Probed {
  readonly status: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly packages: readonly string[];
}

const NETWORKS = ['@koromix', 'koffi', 'onnxruntime-node'];
const PICTURES = ['@img', 'detect-libc', 'semver', 'sharp'];
const PACKAGES: Readonly<Record<ServiceName, readonly string[]>> = {
  orchestrator: [],
  transformer: NETWORKS,
  'vision-encoder': [...NETWORKS, ...PICTURES].sort(),
  'image-codec': [...NETWORKS, ...PICTURES].sort()
};

describe.skipIf(whyNoContainers() !== undefined)(titleOf('a running service'), () => {
  let mesh: ContainerMesh;
  beforeAll(async () => {
    mesh = await ContainerMesh.start({ transformers: 1 });
  });
  afterAll(() => mesh?.[Symbol.asyncDispose]());

  const nameOf = (service: ServiceName) => mesh.of(service)[0]?.name as string;

  async function probe(service: ServiceName): Promise<Probed> {
    return JSON.parse(await podman('exec', nameOf(service), 'node', '-e', PROBE));
  }

  /** The line that a service writes before it warms up. */
  async function startLine(service: ServiceName): Promise<unknown> {
    const lines = (await podman('logs', nameOf(service))).split('\n').map((line) => JSON.parse(line));
    return lines.find(({ msg }) => msg === 'warming up');
  }

  test.each(SERVICES)('%s is user 10001, without capabilities, on a root it can only read', async (service) => {
    const { status, files } = await probe(service);
    const none = '0000000000000000';
    expect(status).toMatchObject({ Uid: '10001\t10001\t10001\t10001', Gid: '10001\t10001\t10001\t10001', NoNewPrivs: '1' });
    expect(status).toMatchObject({ CapInh: none, CapPrm: none, CapEff: none, CapBnd: none, CapAmb: none });
    expect(files).toEqual({ '/x': 'EROFS', '/app/x': 'EROFS', '/models/x': 'EROFS', '/etc/x': 'EROFS', '/tmp/x': 'written' });
  });

  test.each(SERVICES)('%s takes its threads from the processor limit of its container, and says so at start', async (service) => {
    expect(await startLine(service)).toMatchObject({ threads: 1 });
  });

  test('the transformer takes its KV budget from the memory limit, a quarter of it, and says so at start', async () => {
    expect(await startLine('transformer')).toMatchObject({ kvBudgetBytes: 128 * 1024 * 1024 });
  });

  test.each(SERVICES)('%s has the native packages that it needs, and no other package', async (service) => {
    expect((await probe(service)).packages.toSorted()).toEqual(PACKAGES[service]);
  });

  test.each(SERVICES)('%s needs no shell: its image has none', async (service) => {
    await expect(podman('exec', nameOf(service), 'sh', '-c', 'true')).rejects.toThrow(/"sh": executable file not found/);
  });

  test.each(SERVICES)('%s says in its own container whether it serves', async (service) => {
    expect(await podman('exec', nameOf(service), 'node', '/app/healthy.js', HEALTH_NAMES[service])).toBe('SERVING');
    await expect(podman('exec', nameOf(service), 'node', '/app/healthy.js', 'janus.v1.Other')).rejects.toThrow(/Unknown service/);
  });

  test('the metrics of a container are there for who scrapes it from outside, once they have a port', async () => {
    const { address } = await mesh.add('image-codec', ['--env', 'JANUS_MESH_METRICS_PORT=9464']);
    const metrics = await fetch(`http://${address.replace(/:\d+$/, ':9464')}/metrics`);
    expect(await metrics.text()).toContain('janus_queue_depth{');
  });

  test.each([...SERVICES, 'command'] as const)('the image of %s says who runs it and how it is stopped', async (image) => {
    const format = '{{.Config.User}} {{.Config.StopSignal}} {{json .Config.Entrypoint}}';
    const program = image === 'command' ? 'janus-mesh' : image;
    expect(await podman('image', 'inspect', '--format', format, imageOf(image))).toBe(`10001:10001 SIGTERM ["node","/app/${program}.js"]`);
  });
});
