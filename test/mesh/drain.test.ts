import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { Code, collectPictures, collectText, type DrawingEvent, userMessage } from '@janus-mesh/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CHECKPOINTS, startTestMesh, type TestMesh } from '../support/mesh.ts';
import { untilCase } from '../support/until-case.ts';

const DRAWING = { prompt: 'a red circle', seed: 7n };
const DRAIN_SECONDS = 2;

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh({
    checkpoint: CHECKPOINTS.tinyShapes,
    drainSeconds: DRAIN_SECONDS,
    settings: { transformer: { JANUS_MESH_SLOTS: '2', JANUS_MESH_STEP_DELAY_MS: '10' } }
  });
});
afterAll(() => mesh?.[Symbol.asyncDispose]());

let stopped = '';
afterEach(async () => {
  await mesh.processes.startAgain(stopped);
  const drawn = () => collectPictures(mesh.client.generateImage(DRAWING)).then(({ length }) => length, String);
  await expect.poll(drawn, { timeout: 15_000, interval: 100 }).toBe(1);
});

/** Begins a drawing and reads its first progress. */
async function begin(samples = 1): Promise<AsyncIterator<DrawingEvent>> {
  const events = mesh.client.generateImage({ ...DRAWING, samples })[Symbol.asyncIterator]();
  await untilCase(events, 'progress');
  return events;
}

/** A drawing that waits behind the one that runs. */
async function wait(): Promise<AsyncIterator<DrawingEvent>> {
  const events = mesh.client.generateImage(DRAWING)[Symbol.asyncIterator]();
  expect(await events.next()).toMatchObject({ value: { $case: 'queued' } });
  return events;
}

function terminate(label: string): Promise<{ code: number | null }> {
  stopped = label;
  mesh.processes.get(label).kill('SIGTERM');
  return mesh.processes.get(label).ended;
}

const away = { code: Code.UNAVAILABLE, reason: 'TIER_UNAVAILABLE', metadata: { tier: 'transformer' }, retryAfterMs: 1000 };

describe('a transformer that is told to end', () => {
  test('refuses at once what waits and what comes, with when to try again; what runs finishes; exit code 0', async () => {
    const running = await begin();
    const waiting = await wait();
    let isDone = false;
    const rest = untilCase(running, 'finished').finally(() => {
      isDone = true;
    });
    const ended = terminate('transformer');
    await expect(untilCase(waiting, 'finished')).rejects.toMatchObject({ ...away, message: expect.stringContaining('shutting down') });
    await expect(collectPictures(mesh.client.generateImage(DRAWING))).rejects.toMatchObject(away);
    expect(isDone).toBe(false);
    expect((await rest).map(({ $case }) => $case)).toEqual(expect.arrayContaining(['progress', 'picture', 'finished']));
    expect(await ended).toMatchObject({ code: 0 });
  });

  test('ends what is not done at the limit with UNAVAILABLE; exit code 0', async () => {
    const running = await begin(16);
    const started = performance.now();
    const ended = terminate('transformer');
    await expect(untilCase(running, 'finished')).rejects.toMatchObject({ ...away, message: expect.stringContaining('shut down') });
    expect(performance.now() - started).toBeGreaterThan(DRAIN_SECONDS * 1000 - 100);
    expect(await ended).toMatchObject({ code: 0 });
  });
});

test('an orchestrator that is told to end sends GOAWAY, takes no more calls, lets streams finish; exit code 0', async () => {
  const session = connect(`http://${mesh.mesh.target}`);
  await once(session, 'connect');
  const goaway = once(session, 'goaway');
  const running = await begin();
  const ended = terminate('orchestrator');
  expect((await goaway)[0]).toBe(constants.NGHTTP2_NO_ERROR);
  session.destroy();
  await expect(collectText(mesh.client.chat({ messages: [userMessage('Hello')] }))).rejects.toMatchObject({ code: Code.UNAVAILABLE });
  const rest = await untilCase(running, 'finished');
  expect(rest.at(-1)?.$case).toBe('finished');
  expect(rest.some((event) => event.$case === 'picture' && event.value.data.length > 0)).toBe(true);
  expect(await ended).toMatchObject({ code: 0 });
});
