import { HealthDefinition } from 'nice-grpc-server-health';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../client/connect.ts';
import { isServing } from '../client/is-serving.ts';
import { testMesh } from '../testing/test-mesh.ts';

const [codec, janus] = ['janus.tier.v1.ImageCodecService', 'janus.v1.JanusService'];

test('each service serves from when it is told to, and the empty name when all do', async () => {
  const { server, address } = await testMesh();
  const states = () => Promise.all([codec, janus, ''].map((service) => isServing(address, service)));
  server.setServing(false);
  expect(await states()).toEqual([false, false, false]);
  server.setServing(true, codec);
  expect(await states()).toEqual([true, false, false]);
  server.setServing(true, janus);
  expect(await states()).toEqual([true, true, true]);
});

test('the health service itself serves, whatever the others do: the process answers', async () => {
  const { server, address } = await testMesh();
  server.setServing(false);
  expect(await isServing(address, 'grpc.health.v1.Health')).toBe(true);
  expect(await isServing(address, '')).toBe(false);
});

test('an unknown service is NOT_FOUND for callers, and a mistake for the server', async () => {
  const { server, address } = await testMesh();
  await expect(isServing(address, 'nobody')).rejects.toMatchObject({ codeName: 'NOT_FOUND' });
  expect(() => server.setServing(true, 'nobody')).toThrow(new RangeError("no service 'nobody' is served"));
});

test('watchers see each change, NOT_SERVING before the drain ends them; more than ten may watch', async () => {
  const { server, address } = await testMesh({ limits: { maxDeadlineMs: 100 } });
  const { client, close } = connect(HealthDefinition, address);
  onTestFinished(close);
  const watch = async () => {
    const seen: number[] = [];
    try {
      for await (const { status } of client.watch({ service: codec })) {
        seen.push(status);
        if (seen.length === 1) arrived += 1;
      }
    } catch (error) {
      return { seen, error };
    }
    return { seen };
  };
  let arrived = 0;
  const watchers = Array.from({ length: 12 }, watch);
  await expect.poll(() => arrived).toBe(12);
  await new Promise((resolve) => setTimeout(resolve, 200)); // longer than other calls may take
  await server.drain({ timeoutMs: 1_000 });
  const expected = { seen: [1, 2], error: expect.objectContaining({ codeName: 'UNAVAILABLE', reason: 'SHUTTING_DOWN' }) };
  for (const result of await Promise.all(watchers)) expect(result).toEqual(expected);
});

test('a service that is not ready refuses calls where it is asked to, with a hint when to come again', async () => {
  const mesh = await testMesh({ refuseUntilServing: true, codec: { describeImageCodec: async () => ({ grid: 24 }) } });
  mesh.server.setServing(false);
  await expect(mesh.codec.describeImageCodec({})).rejects.toMatchObject({
    codeName: 'UNAVAILABLE',
    reason: 'NOT_READY',
    retryAfterMs: 1_000
  });
  mesh.server.setServing(true);
  await expect(mesh.codec.describeImageCodec({})).resolves.toMatchObject({ grid: 24 });
});
