import { ChatRequest, DecodeRequest } from '@janus-mesh/contracts';
import { expect, test } from 'vitest';
import { decodeStatusDetails } from '../errors/status-details.ts';
import { collect } from '../testing/collect.ts';
import { rawCall } from '../testing/raw-call.ts';
import { testMesh } from '../testing/test-mesh.ts';

const chatRequest = (prompt: string) => Buffer.from(ChatRequest.encode(ChatRequest.fromPartial({ systemPrompt: prompt })).finish());

/** The same message with one byte of the prompt made 0xff, which no UTF-8 has. */
function spoiled(message: Buffer): Buffer {
  const at = message.indexOf('?');
  message[at] = 0xff;
  return message;
}

/** Sends messages to chat as they are; what came of it. */
async function send(message: Uint8Array) {
  const prompts: (string | undefined)[] = [];
  const { address, requests } = await testMesh({
    janus: {
      async *chat({ systemPrompt }) {
        prompts.push(systemPrompt);
        yield {};
      }
    }
  });
  const { status } = rawCall(address, 'janus.v1.JanusService/Chat', { messages: [message], headers: { 'x-request-id': 'r1' } });
  const found = await status;
  const details = decodeStatusDetails(Buffer.from(String(found['grpc-status-details-bin'] ?? ''), 'base64'));
  return { code: Number(found['grpc-status']), details, prompts, requests };
}

test('text that is not UTF-8 is refused, not mended', async () => {
  const { code, details, prompts } = await send(spoiled(chatRequest('caf?')));
  expect(code).toBe(3);
  expect(details).toMatchObject({ reason: 'INVALID_UTF8', requestId: 'r1' });
  expect(prompts).toEqual([]);
});

test('text that is UTF-8 arrives as it is, a byte order mark too', async () => {
  const { code, prompts } = await send(chatRequest('\ufeffcafé 🦊'));
  expect({ code, prompts }).toEqual({ code: 0, prompts: ['\ufeffcafé 🦊'] });
});

test.each([
  ['cut short', Buffer.from([0x1a, 0x05, 0x61])],
  ['with a wrong wire type', Buffer.from([0x1f])],
  ['of groups without end', Buffer.alloc(200_000, 0x7b)]
])('a message %s is INVALID_ARGUMENT', async (_, message) => {
  const { code, details, requests } = await send(message);
  expect(code).toBe(3);
  expect(details.reason).toBe('MALFORMED_MESSAGE');
  await expect.poll(requests).toEqual([expect.objectContaining({ code: 'INVALID_ARGUMENT', reason: 'MALFORMED_MESSAGE' })]);
});

test.each([
  ['messages', Buffer.alloc(2 * 2 ** 20, Buffer.from([0x0a, 0x00]))],
  ['stop texts', Buffer.alloc(2 * 2 ** 20, Buffer.from([0x4a, 0x00]))]
])('a message of a million empty %s is refused before they take memory', async (_, message) => {
  const { code, details, prompts } = await send(message);
  expect({ code, prompts }).toEqual({ code: 3, prompts: [] });
  expect(details).toMatchObject({ reason: 'TOO_MANY_VALUES', requestId: 'r1' });
});

test('in a stream of requests, the first that cannot be read ends the call; those before it count', async () => {
  const seen: unknown[] = [];
  const { address } = await testMesh({
    codec: {
      async *decode(requests) {
        for await (const { message } of requests) seen.push(message);
        yield {};
      }
    }
  });
  const good = DecodeRequest.encode(DecodeRequest.fromPartial({ message: { $case: 'codes', value: { ids: [7] } } })).finish();
  const bad = spoiled(
    Buffer.from(DecodeRequest.encode(DecodeRequest.fromPartial({ message: { $case: 'start', value: { revision: 'r?' } } })).finish())
  );
  const { status } = rawCall(address, 'janus.tier.v1.ImageCodecService/Decode', { messages: [good, bad, good] });
  expect((await status)['grpc-status']).toBe('3');
  expect(seen).toEqual([{ $case: 'codes', value: { ids: [7] } }]);
});

test('a message over the limit is RESOURCE_EXHAUSTED, and the server goes on', async () => {
  const { codec, requests } = await testMesh({
    codec: {
      describeImageCodec: async () => ({ grid: 1 }),
      tokenize: async (pieces) => ({ grid: (await collect(pieces)).length })
    },
    limits: { maxReceiveBytes: 100_000 }
  });
  async function* piece(size: number) {
    yield { message: { $case: 'chunk' as const, value: new Uint8Array(size) } };
  }
  await expect(codec.tokenize(piece(100_001))).rejects.toMatchObject({
    codeName: 'RESOURCE_EXHAUSTED',
    message: expect.stringContaining('100000')
  });
  await expect(codec.tokenize(piece(99_000))).resolves.toMatchObject({ grid: 1 });
  await expect
    .poll(() => requests().map(({ code, reason }) => [code, reason]))
    .toEqual([
      ['RESOURCE_EXHAUSTED', 'REFUSED_BY_TRANSPORT'],
      ['OK', undefined]
    ]);
});
