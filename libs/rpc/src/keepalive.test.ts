import { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from './client/connect.ts';
import type { MeshError } from './errors/mesh-error.ts';
import { freezableProxy } from './testing/freezable-proxy.ts';
import { testMesh } from './testing/test-mesh.ts';
import { signalled, untilAborted } from './testing/waiting.ts';

test('when the network freezes, both ends give up within the keepalive', async () => {
  const started = signalled();
  const ended = signalled<MeshError>();
  const { server } = await testMesh({
    codec: {
      async *decode(_, { signal }) {
        try {
          started.resolve();
          await untilAborted(signal);
        } finally {
          ended.resolve(signal.reason as MeshError);
        }
        yield {};
      }
    },
    limits: { keepaliveMs: 200, keepaliveTimeoutMs: 200 }
  });
  const proxy = await freezableProxy(server.port);
  const { client, close } = connect(ImageCodecServiceDefinition, proxy.address, { keepaliveMs: 200, keepaliveTimeoutMs: 200 });
  onTestFinished(close);
  const answer = client.decode(silence())[Symbol.asyncIterator]().next();
  const failure = expect(answer).rejects.toMatchObject({ codeName: 'UNAVAILABLE' });
  await started.promise;
  proxy.freeze();
  const frozenAt = performance.now();
  await failure;
  expect((await ended.promise).codeName).toBe('CANCELLED');
  expect(performance.now() - frozenAt).toBeLessThan(2_000);
});

test('a connection to a server that comes back is made again', async () => {
  const first = await testMesh({ codec: { describeImageCodec: async () => ({ grid: 1 }) } });
  const { client, close } = connect(ImageCodecServiceDefinition, first.address);
  onTestFinished(close);
  await expect(client.describeImageCodec({})).resolves.toMatchObject({ grid: 1 });
  await first.server.close();
  await expect(client.describeImageCodec({})).rejects.toMatchObject({ codeName: 'UNAVAILABLE' });
  await testMesh({ codec: { describeImageCodec: async () => ({ grid: 2 }) }, port: first.server.port });
  const ask = () => client.describeImageCodec({}).catch((error: MeshError) => error.codeName);
  await expect.poll(ask, { timeout: 5_000 }).toMatchObject({ grid: 2 });
});

async function* silence(): AsyncGenerator<never> {
  await new Promise(() => undefined);
}
