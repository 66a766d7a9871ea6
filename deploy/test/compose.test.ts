import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { collectPictures, collectText, connectMesh, type MeshClient, picture, userMessage } from '@janus-mesh/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../test/support/free-ports.ts';
import { call, podman, whyNoContainers } from './support/programs.ts';
import { timed } from './support/stopwatch.ts';

const FILE = resolve(import.meta.dirname, '../compose.yaml');
const PICTURE = resolve(import.meta.dirname, '../../models/tiny-shapes/pictures/star-above-circle.png');

const reason =
  whyNoContainers() ?? (spawnSync('podman-compose', ['--version']).error && 'podman-compose not found: pip install podman-compose');

describe.skipIf(reason !== undefined)(`compose.yaml with two transformers${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  const project = `janus-mesh-${randomBytes(4).toString('hex')}`;
  let client: MeshClient;
  let compose: (...args: string[]) => Promise<string>;
  beforeAll(async () => {
    const [port] = await freePorts(1);
    const variables = { IMAGE_PREFIX: 'localhost/', IMAGE_TAG: 'test', PORT: String(port), TRANSFORMERS: '2' };
    compose = (...args) => call('podman-compose', ['--file', FILE, '--project-name', project, ...args], variables);
    await timed('compose up', () => compose('up', '--no-build', '--detach'));
    client = connectMesh(`127.0.0.1:${port}`);
  });
  afterAll(async () => {
    client?.close();
    await timed('compose down', () => compose('down'));
  });

  test('brings up a mesh that draws and describes, both transformers ready', async () => {
    const ready = async () => {
      const { tiers } = await client.getStatus();
      return tiers.map(({ tier, replicas }) => `${tier} ${replicas.filter(({ ready }) => ready).length}`).sort();
    };
    const state = () => ready().catch(String);
    await timed('compose, until all are ready', () =>
      expect.poll(state, { timeout: 60_000, interval: 250 }).toEqual(['image-codec 1', 'transformer 2', 'vision-encoder 1'])
    );
    const [drawn] = await collectPictures(client.generateImage({ prompt: 'a red circle', seed: 7n }));
    expect(drawn?.data.length).toBeGreaterThan(0);
    const question = userMessage(picture(await readFile(PICTURE)), 'Describe the image.');
    expect(await collectText(client.chat({ messages: [question] }))).toBe(' a red star and a blue circle');
  });

  test('checks the health of each of its five containers', async () => {
    const format = '{{.Names}}';
    const names = (await podman('ps', '--filter', `label=io.podman.compose.project=${project}`, '--format', format)).split('\n');
    expect(names).toHaveLength(5);
    await Promise.all(names.map((name) => expect(podman('healthcheck', 'run', name), name).resolves.toBe('')));
  });
});
