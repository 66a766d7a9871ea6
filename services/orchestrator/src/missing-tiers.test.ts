import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Code, collectPictures, collectText, connectMesh, type MeshClient, picture, userMessage } from '@janus-mesh/client';
import { imageCodec } from '@janus-mesh/image-codec';
import { isServing } from '@janus-mesh/rpc';
import { transformer } from '@janus-mesh/transformer';
import { visionEncoder } from '@janus-mesh/vision-encoder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { orchestrator } from './service.ts';
import { freePort } from './testing/free-port.ts';
import { addressesOf, addressOf, startTestMesh, type TestMesh } from './testing/test-mesh.ts';

const hearts = readFileSync(resolve(import.meta.dirname, '../../../models/tiny-shapes/pictures/three-hearts.png'));

const talk = (client: MeshClient) => collectText(client.chat({ messages: [userMessage('Is there a red star?')] }));
const look = (client: MeshClient, { rawOrientation = false } = {}) =>
  collectText(client.chat({ messages: [userMessage(picture(hearts), 'Describe the image.')], rawOrientation }));
const draw = (client: MeshClient) => collectPictures(client.generateImage({ prompt: 'a red circle' }));

/** What a call must fail with while a tier is away. */
const away = (tier: string) => ({
  code: Code.UNAVAILABLE,
  reason: 'TIER_UNAVAILABLE',
  message: expect.stringContaining(`${tier} at 127.0.0.1:`),
  retryAfterMs: 1000
});

async function statusOf(client: MeshClient, name: string) {
  return (await client.getStatus()).tiers.find(({ tier }) => tier === name)?.replicas[0];
}

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startTestMesh('tiny-shapes');
});
afterAll(() => mesh?.stop());

describe('while a tier is away', () => {
  test('its own work is refused, naming it, the rest goes on, and it heals by itself', async () => {
    await mesh.imageCodec.stop(0);
    await expect(draw(mesh.client)).rejects.toMatchObject(away('image-codec'));
    expect(await look(mesh.client)).toContain('heart');
    expect(await statusOf(mesh.client, 'image-codec')).toMatchObject({
      ready: false,
      revision: '',
      reason: expect.stringContaining('not available')
    });
    expect(await statusOf(mesh.client, 'transformer')).toMatchObject({ ready: true, reason: '' });

    await mesh.visionEncoder.stop(0);
    // Read in another way it is another picture to the transformer, which still knows the first.
    await expect(look(mesh.client, { rawOrientation: true })).rejects.toMatchObject(away('vision-encoder'));
    expect(await look(mesh.client)).toContain('heart');
    expect(await talk(mesh.client)).not.toBe('');

    const codec = await mesh.start(imageCodec, { JANUS_MESH_PORT: String(mesh.imageCodec.port) });
    await expect.poll(() => draw(mesh.client).then(({ length }) => length, String), { timeout: 10_000, interval: 200 }).toBe(1);
    const encoder = await mesh.start(visionEncoder, { JANUS_MESH_PORT: String(mesh.visionEncoder.port) });
    await expect
      .poll(() => look(mesh.client, { rawOrientation: true }).catch(String), { timeout: 10_000, interval: 200 })
      .toContain('heart');
    await Promise.all([codec.stop(0), encoder.stop(0)]);
  });
});

describe('an orchestrator that starts alone', () => {
  test('answers what it can, is not ready, and becomes ready as the tiers come, in any order', async () => {
    const ports = { front: await freePort(), transformer: await freePort(), visionEncoder: await freePort(), imageCodec: await freePort() };
    const address = `127.0.0.1:${ports.front}`;
    const starting = mesh.start(orchestrator, {
      JANUS_MESH_PORT: String(ports.front),
      JANUS_MESH_TRANSFORMER: `127.0.0.1:${ports.transformer}`,
      JANUS_MESH_VISION_ENCODER: `127.0.0.1:${ports.visionEncoder}`,
      JANUS_MESH_IMAGE_CODEC: `127.0.0.1:${ports.imageCodec}`
    });
    const client = connectMesh(address);
    await expect.poll(() => client.getModel().then(({ name }) => name, String)).toBe('tiny-shapes');
    expect((await client.getModel()).fingerprint).toBeUndefined();
    await expect(talk(client)).rejects.toMatchObject(away('transformer'));
    expect(await isServing(address, 'janus.v1.JanusService')).toBe(false);

    const codec = await mesh.start(imageCodec, { JANUS_MESH_PORT: String(ports.imageCodec) });
    const encoder = await mesh.start(visionEncoder, { JANUS_MESH_PORT: String(ports.visionEncoder) });
    expect(await isServing(address, 'janus.v1.JanusService')).toBe(false);
    const engine = await mesh.start(transformer, { JANUS_MESH_PORT: String(ports.transformer), JANUS_MESH_SPIN: 'false' });
    const front = await starting;
    expect(await isServing(address, 'janus.v1.JanusService')).toBe(true);
    expect((await client.getModel()).fingerprint?.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(await talk(client)).not.toBe('');
    client.close();
    for (const service of [front, codec, encoder, engine]) await service.stop(0);
  });
});

describe('with a tier that serves another model', () => {
  test('its work is refused with REVISION_MISMATCH, and no service exits', async () => {
    const [ours, other] = [mesh, await startTestMesh('tiny-pro')];
    const engine = await ours.start(transformer, { JANUS_MESH_SPIN: 'false' });
    const own = { transformer: engine, visionEncoder: other.visionEncoder, imageCodec: other.imageCodec };
    const mismatch = { code: Code.FAILED_PRECONDITION, reason: 'REVISION_MISMATCH' };
    const front = await ours.start(orchestrator, addressesOf(own));
    const client = connectMesh(addressOf(front));
    await expect(draw(client)).rejects.toMatchObject({ ...mismatch, message: expect.stringContaining('image-codec') });
    await expect(look(client)).rejects.toMatchObject({ ...mismatch, message: expect.stringContaining('vision-encoder') });
    expect(await talk(client)).not.toBe('');
    expect(await statusOf(client, 'image-codec')).toMatchObject({
      ready: false,
      reason: expect.stringMatching(/^serves revision [0-9a-f]{64}, not/)
    });

    const wrong = await ours.start(orchestrator, addressesOf(other));
    const wrongClient = connectMesh(addressOf(wrong));
    await expect(talk(wrongClient)).rejects.toMatchObject({ ...mismatch, message: expect.stringContaining('transformer') });
    expect(await talk(other.client)).not.toBe('');
    client.close();
    wrongClient.close();
    for (const service of [front, wrong, engine]) await service.stop(0);
    await other.stop();
  });
});
