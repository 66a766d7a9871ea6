import { constants, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import { expect, onTestFinished, test } from 'vitest';
import { testMesh } from '../testing/test-mesh.ts';
import { connect } from './connect.ts';
import { formatTimeout } from './format-timeout.ts';

test.each([constants.NGHTTP2_CANCEL, constants.NGHTTP2_NO_ERROR])(
  'a service that ends a call without a status (HTTP/2 code %i) is UNAVAILABLE: nobody here cancelled',
  async (code) => {
    const server = createServer().on('stream', (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
      stream.close(code);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { client, close } = connect(ImageCodecServiceDefinition, `127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      close();
      server.close();
    });
    await expect(client.describeImageCodec({}, { requestId: 'r1' })).rejects.toMatchObject({
      codeName: 'UNAVAILABLE',
      reason: 'PEER_CANCELLED',
      requestId: 'r1'
    });
  }
);

test("where nobody listens, the message is the system's own", async () => {
  const { client, close } = connect(ImageCodecServiceDefinition, '127.0.0.1:9');
  onTestFinished(close);
  await expect(client.describeImageCodec({})).rejects.toMatchObject({
    codeName: 'UNAVAILABLE',
    message: 'connect ECONNREFUSED 127.0.0.1:9'
  });
});

test('an answer over the limit is RESOURCE_EXHAUSTED', async () => {
  const { codec } = await testMesh({
    codec: { tokenize: async () => ({ codeIds: Array.from({ length: 5_000 }, () => 1) }) },
    client: { maxReceiveBytes: 1_000 }
  });
  await expect(codec.tokenize(nothing())).rejects.toMatchObject({ codeName: 'RESOURCE_EXHAUSTED' });
});

test('a stream that is never read makes no call', async () => {
  const { janus, requests, server } = await testMesh();
  janus.chat({});
  await janus.chat({})[Symbol.asyncIterator]().return?.();
  expect([requests(), server.callCount]).toEqual([[], 0]);
});

test.each([
  [0.2, '1m'],
  [1500, '1500m'],
  [99_999_999, '99999999m'],
  [100_000_001, '100001S'],
  [1e12, '2147483S']
])('%d ms are the timeout %s', (ms, header) => {
  expect(formatTimeout(ms)).toBe(header);
});

async function* nothing(): AsyncGenerator<never> {
  yield* [];
}
