import { Code, collectPictures, type DrawingEvent } from '@janus-mesh/client';
import { TransformerServiceDefinition } from '@janus-mesh/contracts';
import { connect } from '@janus-mesh/rpc';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openCases } from '../property/cases.ts';
import { runThroughKill } from '../property/kills.ts';
import { askPublicly, type PublicResult } from '../property/public-door.ts';
import { CHECKPOINTS, startTestMesh, type TestMesh } from '../support/mesh.ts';
import { generate } from '../support/tier-calls.ts';
import { untilCase } from '../support/until-case.ts';

const DRAWING = { prompt: 'a red circle', seed: 7n };
const HEAVY = { ...DRAWING, samples: 12 };
const LABELS = ['transformer', 'transformer-2'] as const;

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh({
    checkpoint: CHECKPOINTS.tinyShapes,
    replicas: { transformer: 2 },
    settings: { transformer: { JANUS_MESH_SLOTS: '4', JANUS_MESH_STEP_DELAY_MS: '5' } }
  });
});
afterAll(() => mesh?.[Symbol.asyncDispose]());

/** The transformers as the mesh shows them. To be looked at makes one that came back trusted again. */
async function transformers() {
  return (await mesh.client.getStatus()).tiers.find(({ tier }) => tier === 'transformer')?.replicas ?? [];
}

beforeEach(async () => {
  await expect
    .poll(async () => (await transformers()).map(({ ready, running }) => [ready, running]), { timeout: 20_000 })
    .toEqual([
      [true, 0],
      [true, 0]
    ]);
});

/** Begins a drawing that binds to a transformer, and says which one that is. */
async function beginDrawing(): Promise<{ events: AsyncIterator<DrawingEvent>; label: string }> {
  const events = mesh.client.generateImage(HEAVY)[Symbol.asyncIterator]();
  await untilCase(events, 'progress');
  const busy = (await transformers()).findIndex(({ running }) => running > 0);
  return { events, label: LABELS[busy] as string };
}

test('each of eleven requests gives the same tokens and the same logits at every step on either transformer', async () => {
  const cases = await openCases(mesh);
  const connections = LABELS.map((label) => connect(TransformerServiceDefinition, mesh.processes.addressOf(label)));
  const [first, second] = await Promise.all(
    connections.map(({ client }) => Promise.all(cases.map(({ start, features }) => generate(client, start, features))))
  );
  for (const { close } of connections) close();
  expect(first?.map(({ ids }) => ids.length)).toEqual(cases.map(({ start }) => start.samples));
  expect(second).toEqual(first);
});

test('drawings of one prompt that come together run on both', async () => {
  const before = await transformers();
  await Promise.all(Array.from({ length: 4 }, () => collectPictures(mesh.client.generateImage(DRAWING))));
  const completed = (await transformers()).map((replica, at) => replica.completed - (before[at]?.completed ?? 0n));
  expect(completed.map((count) => count > 0n)).toEqual([true, true]);
  expect(completed.reduce((sum, count) => sum + count)).toBe(4n);
});

describe('when a transformer is killed', () => {
  test('what waited in it is drawn by the other, what had begun ends as UNAVAILABLE, and the mesh goes on', async () => {
    const [alone] = await collectPictures(mesh.client.generateImage(DRAWING));
    const { events: begun, label } = await beginDrawing();
    const other = LABELS.find((each) => each !== label) as string;
    const waiting = mesh.client.generateImage(HEAVY, { deadline: Date.now() + 50_000 })[Symbol.asyncIterator]();
    expect(await waiting.next()).toMatchObject({ value: { $case: 'queued' } });
    const otherPid = mesh.processes.get(other).pid;
    const broken = expect(untilCase(begun, 'finished')).rejects.toMatchObject({
      code: Code.UNAVAILABLE,
      reason: 'TIER_UNAVAILABLE',
      message: expect.stringContaining(`transformer at ${mesh.processes.addressOf(label)} is not available`),
      metadata: { tier: 'transformer' },
      retryAfterMs: 1000,
      requestId: expect.stringMatching(/.+/)
    });
    await mesh.processes.kill(label);
    await broken;

    const events = await untilCase(waiting, 'finished');
    expect(events.filter(({ $case }) => $case === 'started')).toHaveLength(1);
    const pictures = events.flatMap((event) => (event.$case === 'picture' ? [event.value] : []));
    expect(pictures).toHaveLength(12);
    expect(pictures.find(({ sampleIndex }) => sampleIndex === 0)).toEqual(alone);

    expect(await collectPictures(mesh.client.generateImage(DRAWING))).toEqual([alone]);
    expect((await transformers()).map(({ ready }) => ready)).toEqual(LABELS.map((each) => each !== label));
    await mesh.processes.startAgain(label);
    expect(mesh.processes.get(other).pid).toBe(otherPid);
  });

  test('and started again, it is used again, and draws what it drew', async () => {
    const drawn = await collectPictures(mesh.client.generateImage(DRAWING));
    const { events, label } = await beginDrawing();
    await events.return?.();
    await mesh.processes.kill(label);
    await mesh.processes.startAgain(label);
    const itself = async () => (await transformers()).find(({ address }) => address === mesh.processes.addressOf(label));
    await expect.poll(itself, { timeout: 20_000 }).toMatchObject({ ready: true, steps: 0n });
    expect(await collectPictures(mesh.client.generateImage(DRAWING))).toEqual(drawn);
    expect((await itself())?.steps).toBeGreaterThanOrEqual(36n);
  });

  test('at any moment, or told to end, each result is that of the request alone or a proper UNAVAILABLE', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const cases = await openCases(mesh);
    const alone: PublicResult[] = [];
    for (const each of cases) alone.push(await askPublicly(mesh.client, each));
    expect((await runThroughKill(mesh, { cases, alone, labels: LABELS }, seed)).faults).toEqual([]);
  });
});
