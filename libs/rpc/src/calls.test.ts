import type { ChatResponse, DecodeRequest } from '@janus-mesh/contracts';
import { expect, test } from 'vitest';
import { testMesh } from './testing/test-mesh.ts';

test('a unary call carries its request there and its answer back', async () => {
  const { codec } = await testMesh({ codec: { describeImageCodec: async () => ({ imageSize: 384, grid: 24, codebookSize: 16384 }) } });
  await expect(codec.describeImageCodec({})).resolves.toEqual({ tier: undefined, imageSize: 384, grid: 24, codebookSize: 16384 });
});

test('a server stream arrives whole and in order', async () => {
  const { janus } = await testMesh({
    janus: {
      async *chat({ maxTokens = 0 }) {
        for (let id = 0; id < maxTokens; id++) yield { event: { $case: 'delta', value: { text: `${id} `, tokenIds: [id] } } };
      }
    }
  });
  const ids: number[] = [];
  for await (const { event } of janus.chat({ maxTokens: 1000 })) if (event?.$case === 'delta') ids.push(...event.value.tokenIds);
  expect(ids).toEqual(Array.from({ length: 1000 }, (_, id) => id));
});

test('a client stream is read to its end before the answer', async () => {
  const { codec } = await testMesh({
    codec: {
      async tokenize(requests) {
        let bytes = 0;
        for await (const { message } of requests) if (message?.$case === 'chunk') bytes += message.value.byteLength;
        return { grid: bytes };
      }
    }
  });
  async function* chunks() {
    for (let n = 0; n < 40; n++) yield { message: { $case: 'chunk' as const, value: new Uint8Array(100_000) } };
  }
  await expect(codec.tokenize(chunks())).resolves.toMatchObject({ grid: 4_000_000 });
});

test('a bidirectional stream answers while requests still come', async () => {
  const { codec } = await testMesh({
    codec: {
      async *decode(requests) {
        for await (const { message } of requests)
          if (message?.$case === 'codes') yield { event: { $case: 'preview', value: { rowsDone: message.value.ids.length } } };
      }
    }
  });
  const answers = codec.decode(pingPong())[Symbol.asyncIterator]();
  let answered = () => {};
  async function* pingPong(): AsyncGenerator<DecodeRequest> {
    for (const ids of [[1], [1, 2], [1, 2, 3]]) {
      const answer = new Promise<void>((resolve) => {
        answered = resolve;
      });
      yield { message: { $case: 'codes', value: { ids } } };
      await answer;
    }
  }
  const rows: number[] = [];
  for (let result = await answers.next(); !result.done; result = await answers.next()) {
    if (result.value.event?.$case === 'preview') rows.push(result.value.event.value.rowsDone);
    answered();
  }
  expect(rows).toEqual([1, 2, 3]);
});

test('handlers see who calls, and the request id is echoed to the caller', async () => {
  const seen: unknown[] = [];
  const { codec, janus } = await testMesh({
    codec: {
      async describeImageCodec(_, { requestId, caller, peer, method }) {
        seen.push({ requestId, caller, method, port: /^127\.0\.0\.1:\d+$/.test(peer) });
        return {};
      }
    },
    janus: {
      async *chat(_, { requestId }): AsyncGenerator<ChatResponse> {
        yield { event: { $case: 'delta', value: { text: requestId, tokenIds: [] } } };
      }
    }
  });
  const echoed: string[] = [];
  const onRequestId = (id: string) => echoed.push(id);
  await codec.describeImageCodec({}, { requestId: 'abc-1', caller: 'someone', onRequestId });
  await codec.describeImageCodec({}, { requestId: 'x'.repeat(128) });
  expect(seen).toEqual([
    { requestId: 'abc-1', caller: 'someone', method: 'janus.tier.v1.ImageCodecService/DescribeImageCodec', port: true },
    { requestId: 'x'.repeat(128), caller: '127.0.0.1', method: 'janus.tier.v1.ImageCodecService/DescribeImageCodec', port: true }
  ]);
  for await (const { event } of janus.chat({}, { onRequestId })) expect(event).toMatchObject({ value: { text: echoed[1] } });
  expect(echoed[0]).toBe('abc-1');
  expect(echoed[1]).toMatch(/^[0-9a-f-]{36}$/);
});

test('a request is one line in the log, at its end, without what it carried', async () => {
  const { codec, janus, requests } = await testMesh({ codec: { describeImageCodec: async () => ({ grid: 24 }) } });
  await codec.describeImageCodec({}, { requestId: 'r1', caller: 'c1' });
  await expect(janus.getModel({}, { requestId: 'r2' })).rejects.toThrow('the test has no such handler');
  await expect
    .poll(requests)
    .toEqual([
      expect.objectContaining({ code: 'OK', requestId: 'r1', caller: 'c1', ms: expect.any(Number) }),
      expect.objectContaining({ code: 'UNIMPLEMENTED', reason: 'UNIMPLEMENTED', requestId: 'r2', method: 'janus.v1.JanusService/GetModel' })
    ]);
});
