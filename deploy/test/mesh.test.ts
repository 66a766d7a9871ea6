import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { collectPictures, collectText, picture, userMessage } from '@janus-mesh/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completed } from './support/completed.ts';
import { ContainerMesh } from './support/container-mesh.ts';
import { Load } from './support/load.ts';
import { podman, titleOf, whyNoContainers } from './support/programs.ts';
import { say, timed } from './support/stopwatch.ts';

const PICTURES = resolve(import.meta.dirname, '../../models/tiny-shapes/pictures');
const CALLERS = 4;

describe.skipIf(whyNoContainers() !== undefined)(titleOf('a mesh of containers with two transformers behind one name'), () => {
  let mesh: ContainerMesh;
  beforeAll(async () => {
    mesh = await timed('mesh of five containers, until it serves', () => ContainerMesh.start({ transformers: 2 }));
  });
  afterAll(() => mesh?.[Symbol.asyncDispose]());

  const transformers = () => mesh.of('transformer').map(({ address }) => address);

  /** Draws with distinct prompts, and counts whom they ran on. */
  async function shares(drawings: number): Promise<ReadonlyMap<string, number>> {
    const before = await completed(transformers());
    const load = new Load(mesh.client);
    await timed(`${drawings} drawings`, () => load.run(CALLERS, (started) => started >= drawings));
    expect(load.failures).toEqual([]);
    const after = await completed(transformers());
    const shares = new Map([...after].map(([address, count]) => [address, count - (before.get(address) ?? 0)]));
    say(`they ran on ${[...shares].map(([address, count]) => `${address}: ${count}`).join(', ')}`);
    expect([...shares.values()].reduce((sum, count) => sum + count, 0)).toBe(drawings);
    return shares;
  }

  test('draws and describes through a port published on loopback, and for a command on its own network', async () => {
    const [drawn] = await collectPictures(mesh.client.generateImage({ prompt: 'a red circle', seed: 7n }));
    expect(Buffer.from(drawn?.data.subarray(1, 4) ?? []).toString()).toBe('PNG');
    const question = userMessage(picture(await readFile(join(PICTURES, 'star-above-circle.png'))), 'Describe the image.');
    expect(await collectText(mesh.client.chat({ messages: [question] }))).toBe(' a red star and a blue circle');
    const described = await mesh.command('describe', '/pictures/three-hearts.png', '--target', 'orchestrator:50051');
    expect(described).toMatch(/^three pink hearts/);
  });

  test('shares drawings of distinct prompts between both', async () => {
    const counts = [...(await shares(60)).values()];
    expect(counts).toHaveLength(2);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(60 * 0.25);
  });

  test('uses a third within 15 s after it is ready, which from then on gets at least 15 % of 200 drawings of distinct prompts', async () => {
    const { address } = await timed('third transformer, until it serves', () => mesh.add('transformer'));
    let isUsed = false;
    const load = new Load(mesh.client).run(CALLERS, () => isUsed);
    try {
      const drawn = async () => (await completed([address])).get(address);
      await timed('until it has drawn', () => expect.poll(drawn, { timeout: 15_000, interval: 100 }).toBeGreaterThan(0));
    } finally {
      isUsed = true;
      await load;
    }
    expect((await shares(200)).get(address)).toBeGreaterThanOrEqual(200 * 0.15);
  });

  test('fails no request when a transformer is stopped gracefully under load', async () => {
    const [stopped] = mesh.of('transformer');
    const load = new Load(mesh.client);
    let enough = Number.POSITIVE_INFINITY;
    const running = load.run(2 * CALLERS, (started) => started >= enough);
    await expect.poll(() => load.done, { timeout: 60_000 }).toBeGreaterThanOrEqual(50);
    await timed('graceful stop', () => podman('stop', '--time', '60', stopped?.name as string));
    enough = load.started + 50;
    await running;
    say(`${load.done} drawings while one of three transformers stopped, ${load.failures.length} failed`);
    expect(load.failures).toEqual([]);
    expect(await podman('inspect', '--format', '{{.State.ExitCode}}', stopped?.name as string)).toBe('0');
  });
});
