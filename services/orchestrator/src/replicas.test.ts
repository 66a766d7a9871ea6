import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Code, collectPictures, collectText, connectMesh, type MeshClient, picture, userMessage } from '@janus-mesh/client';
import type { RunningService } from '@janus-mesh/service';
import { transformer } from '@janus-mesh/transformer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { orchestrator } from './service.ts';
import { freePort } from './testing/free-port.ts';
import { addressesOf, addressOf, startTestMesh, type TestMesh } from './testing/test-mesh.ts';
import { valuesOf } from './testing/values-of.ts';

const hearts = readFileSync(resolve(import.meta.dirname, '../../../models/tiny-shapes/pictures/three-hearts.png'));
const DRAWING = { prompt: 'a red circle', seed: 7n };

let mesh: TestMesh;
let engines: RunningService[];
let front: RunningService;
let client: MeshClient;

beforeAll(async () => {
  mesh = await startTestMesh('tiny-shapes');
});
afterAll(() => mesh?.stop());

beforeEach(async () => {
  const one = () => mesh.start(transformer, { JANUS_MESH_SPIN: 'false', JANUS_MESH_SLOTS: '2' });
  engines = [await one(), await one()];
  const nobody = `127.0.0.1:${await freePort()}`;
  front = await mesh.start(orchestrator, {
    ...addressesOf(mesh),
    JANUS_MESH_TRANSFORMER: engines.map(addressOf).join(),
    // Of each vision tier one replica is away.
    JANUS_MESH_VISION_ENCODER: `${nobody},${addressOf(mesh.visionEncoder)}`,
    JANUS_MESH_IMAGE_CODEC: `${addressOf(mesh.imageCodec)},${nobody}`
  });
  client = connectMesh(addressOf(front));
});
afterEach(async () => {
  client.close();
  for (const service of [front, ...engines]) await service.stop(0);
});

async function replicasOf(name: string) {
  return (await client.getStatus()).tiers.find(({ tier }) => tier === name)?.replicas ?? [];
}

async function draw() {
  const [drawn] = await collectPictures(client.generateImage(DRAWING));
  if (drawn === undefined) throw new Error('a drawing has a picture');
  return drawn;
}

describe('with two transformers, and vision tiers of which one replica is away', () => {
  test('everything is answered, and the status shows each replica', async () => {
    expect(await collectText(client.chat({ messages: [userMessage(picture(hearts), 'Describe the image.')] }))).toContain('heart');
    expect(await draw()).toMatchObject({ decodeError: undefined, width: 96 });
    const engineStatus = await replicasOf('transformer');
    expect(engineStatus.map(({ address, ready }) => [address, ready])).toEqual(engines.map((engine) => [addressOf(engine), true]));
    expect(engineStatus.reduce((sum, { completed }) => sum + completed, 0n)).toBe(2n);
    expect(engineStatus.some(({ steps, stepTokens }) => steps > 0n && stepTokens > steps)).toBe(true);
    for (const tier of ['vision-encoder', 'image-codec']) {
      const ready = (await replicasOf(tier)).map((replica) => [replica.ready, replica.reason === '']);
      expect(ready).toEqual(
        expect.arrayContaining([
          [true, true],
          [false, false]
        ])
      );
    }
  });

  test('turns of a conversation go to one transformer', async () => {
    for (const question of ['one', 'two', 'three'])
      await collectText(client.chat({ messages: [userMessage(picture(hearts), question)], maxTokens: 2 }));
    expect((await replicasOf('transformer')).map(({ completed }) => completed).sort()).toEqual([0n, 3n]);
  });

  test('a drawing is the same from either, and its receipt proves it', async () => {
    const first = await draw();
    expect(first.receipt).toMatchObject({ guidanceWeight: 5, maxTokens: 36, sampling: { temperature: 1, topK: 0, topP: 1, seed: 7n } });
    expect(first.receipt?.logitHashes.map(({ position }) => position)).toEqual([0, 1, 7, 31]);
    const used = (await replicasOf('transformer')).findIndex(({ completed }) => completed > 0n);
    expect(first.receipt?.fingerprint).toEqual((await replicasOf('transformer'))[used]?.fingerprint);
    await engines[used]?.stop(0);
    const second = await draw();
    expect([second.codeIds, second.receipt]).toEqual([first.codeIds, first.receipt]);
  });
});

describe('when a transformer goes away', () => {
  test('what waits in it is answered by the other, what it had begun ends as UNAVAILABLE', async () => {
    const alone = await draw();
    const running = client.generateImage({ ...DRAWING, samples: 16 })[Symbol.asyncIterator]();
    await untilCase(running, 'progress');
    const busy = (await replicasOf('transformer')).findIndex(({ running }) => running > 0);
    // As heavy as what runs, so that it goes the same way.
    const waiting = client.generateImage({ ...DRAWING, samples: 16 })[Symbol.asyncIterator]();
    expect(await waiting.next()).toMatchObject({ value: { $case: 'queued' } });
    const broken = expect(untilCase(running, 'finished')).rejects.toMatchObject({ code: Code.UNAVAILABLE, retryAfterMs: 1000 });
    await engines[busy]?.stop(0);
    await broken;
    const events = await untilCase(waiting, 'finished');
    expect(valuesOf(events, 'started')).toHaveLength(1);
    const first = valuesOf(events, 'picture').find(({ sampleIndex }) => sampleIndex === 0);
    expect(first).toMatchObject({ codeIds: alone.codeIds, receipt: alone.receipt });
  });
});

/** Reads until an event of this kind has come. */
async function untilCase<Event extends { readonly $case: string }>(events: AsyncIterator<Event>, kind: Event['$case']): Promise<Event[]> {
  const read: Event[] = [];
  for (let next = await events.next(); !next.done; next = await events.next()) {
    read.push(next.value);
    if (next.value.$case === kind) break;
  }
  return read;
}
