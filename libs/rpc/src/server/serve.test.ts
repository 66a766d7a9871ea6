import { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import { createLogger } from '@janus-mesh/telemetry';
import { expect, test } from 'vitest';
import { bindService, type Handlers, serve } from '../index.ts';
import { rawCall } from '../testing/raw-call.ts';
import { testMesh } from '../testing/test-mesh.ts';

test('a port that is taken is a clear error', async () => {
  const { server } = await testMesh();
  const again = serve({ services: [], logger: createLogger({ service: 'test', level: 'silent' }), port: server.port });
  await expect(again).rejects.toThrow(`can't listen on 127.0.0.1:${server.port}: another program listens there`);
});

test('an address that is not of this machine is a clear error', async () => {
  const elsewhere = serve({ services: [], logger: createLogger({ service: 'test', level: 'silent' }), host: '203.0.113.1' });
  await expect(elsewhere).rejects.toThrow("can't listen on 203.0.113.1:0: address not available 203.0.113.1 (EADDRNOTAVAIL)");
});

test('a missing handler is found when the service is bound', () => {
  const handlers = { decode: async function* () {} } as unknown as Handlers<ImageCodecServiceDefinition>;
  expect(() => bindService(ImageCodecServiceDefinition, handlers)).toThrow(
    new TypeError("janus.tier.v1.ImageCodecService has no handler 'tokenize'")
  );
});

test('handlers may be methods of an object', async () => {
  class Codec implements Pick<Handlers<ImageCodecServiceDefinition>, 'describeImageCodec'> {
    readonly #grid = 24;
    async describeImageCodec() {
      return { grid: this.#grid };
    }
  }
  const codec = new Codec();
  const { codec: client } = await testMesh({
    codec: { describeImageCodec: (...args) => codec.describeImageCodec.apply(codec, args as never) }
  });
  await expect(client.describeImageCodec({})).resolves.toMatchObject({ grid: 24 });
});

test.each([
  ['of 129 characters', 'x'.repeat(129)],
  ['of none', '']
])('a request id %s is replaced', async (_, id) => {
  const { address } = await testMesh({ codec: { describeImageCodec: async () => ({}) } });
  const { headers } = rawCall(address, 'janus.tier.v1.ImageCodecService/DescribeImageCodec', { headers: { 'x-request-id': id } });
  expect((await headers)['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('the request id is in the response headers of answers and of errors', async () => {
  const { address } = await testMesh({ codec: { describeImageCodec: async () => ({}) } });
  const get = async (method: string) => {
    const found = await rawCall(address, `janus.tier.v1.ImageCodecService/${method}`, { headers: { 'x-request-id': 'mine' } }).headers;
    return [found['grpc-status'], found['x-request-id']];
  };
  expect(await get('DescribeImageCodec')).toEqual([undefined, 'mine']);
  // An error before any answer is only a status, so that stock clients may retry it.
  expect(await get('GetImageCodecStats')).toEqual(['12', 'mine']);
});

test('an RPC that does not exist is UNIMPLEMENTED', async () => {
  const { address } = await testMesh();
  expect((await rawCall(address, 'janus.v1.JanusService/Sing', {}).status)['grpc-status']).toBe('12');
});
