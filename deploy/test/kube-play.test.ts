import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { collectPictures, collectText, connectMesh, type MeshClient, picture, userMessage } from '@janus-mesh/client';
import { isServing } from '@janus-mesh/rpc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleArgs, find, type KubernetesObject, render } from '../../test/deploy/support/render.ts';
import { PlayedChart } from './support/played-chart.ts';
import { titleOf, whyNoContainers } from './support/programs.ts';
import { questionsOf } from './support/stand-ins.ts';
import { say, timed } from './support/stopwatch.ts';

const PICTURES = resolve(import.meta.dirname, '../../models/tiny-shapes/pictures');
const TIERS = ['orchestrator', 'transformer', 'vision-encoder', 'image-codec'];

describe.skipIf(whyNoContainers() !== undefined)(titleOf('the rendered laptop example, its pods started by podman kube play'), () => {
  let objects: readonly KubernetesObject[];
  let chart: PlayedChart;
  let client: MeshClient;
  beforeAll(async () => {
    say('stood in for: Services by names on the network, probes by the questions they ask, the way in by a port published on loopback');
    objects = await render([...exampleArgs('laptop'), '--set', 'image.tag=test']);
    chart = await timed('pods of the laptop example', () => PlayedChart.play(objects));
    client = connectMesh(chart.target);
  });
  afterAll(async () => {
    client?.close();
    await chart?.[Symbol.asyncDispose]();
  });

  test.each(TIERS)('%s answers SERVING to what its startup, readiness and liveness probes ask', async (tier) => {
    const deployment = find(objects, 'Deployment', `janus-mesh-${tier}`);
    const questions = questionsOf(deployment);
    expect(questions.map(({ probe }) => probe)).toEqual(['startupProbe', 'readinessProbe', 'livenessProbe']);
    const ip = await chart.addressOf(deployment);
    for (const { probe, port, service } of questions) {
      const ask = () => isServing(`${ip}:${port}`, service).catch(String);
      await timed(`${tier}: ${probe}, SERVING`, () => expect.poll(ask, { timeout: 60_000, interval: 100 }).toBe(true));
    }
  });

  test('draws and describes through the port on loopback', async () => {
    const [drawn] = await collectPictures(client.generateImage({ prompt: 'a red circle', seed: 7n }));
    expect(Buffer.from(drawn?.data.subarray(1, 4) ?? []).toString()).toBe('PNG');
    const question = userMessage(picture(await readFile(join(PICTURES, 'star-above-circle.png'))), 'Describe the image.');
    expect(await collectText(client.chat({ messages: [question] }))).toBe(' a red star and a blue circle');
  });

  test('passes its own test: the pod that `helm test` runs describes and draws', async () => {
    const pod = find(objects, 'Pod', 'janus-mesh-test');
    expect(await timed("the chart's test", () => chart.run(pod))).toEqual(['0']);
    expect(await chart.logsOf(pod)).toContain('picture.png');
  });
});
