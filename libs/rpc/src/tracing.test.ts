import { expect, test } from 'vitest';
import type { ReceivedSpan } from '../../telemetry/src/testing/received-span.ts';
import { passedTrace } from '../../telemetry/src/traces/passed-trace.ts';
import { internal, invalidArgument, unavailable } from './errors/families.ts';
import { isServing } from './index.ts';
import { collect } from './testing/collect.ts';
import { testMesh } from './testing/test-mesh.ts';
import { tracedMesh } from './testing/traced-mesh.ts';
import { untilAborted } from './testing/waiting.ts';

const queued = { event: { $case: 'queued', value: { position: 0 } } } as const;

/** What tells a span's end, client before server. */
function endsOf(spans: readonly ReceivedSpan[]): unknown[][] {
  const ends = spans.map(({ kind, status, attributes }) => [
    kind,
    attributes['rpc.response.status_code'],
    status,
    attributes['janus.reason']
  ]);
  return ends.sort(([a], [b]) => String(a).localeCompare(String(b)));
}

test('a call is a span on either side, the server below the client, the client below its caller', async () => {
  const { codec, parent, received } = await tracedMesh({ codec: { getImageCodecStats: async () => ({}) } });
  await codec.getImageCodecStats({}, { trace: parent, requestId: 'r1' });
  const spans = await received(2);
  const [client, server] = ['CLIENT', 'SERVER'].map((kind) => spans.find((span) => span.kind === kind));
  expect(client).toMatchObject({
    name: 'janus.tier.v1.ImageCodecService/GetImageCodecStats',
    traceId: parent.traceId,
    parentId: parent.spanId,
    attributes: {
      'rpc.system.name': 'grpc',
      'rpc.method': 'janus.tier.v1.ImageCodecService/GetImageCodecStats',
      'rpc.response.status_code': 'OK',
      'server.address': '127.0.0.1'
    }
  });
  expect(server).toMatchObject({
    name: 'janus.tier.v1.ImageCodecService/GetImageCodecStats',
    traceId: parent.traceId,
    parentId: client?.spanId,
    attributes: { 'rpc.response.status_code': 'OK', 'janus.request.id': 'r1' }
  });
});

test('a stream is one span, however many messages it has', async () => {
  const { janus, parent, received } = await tracedMesh({
    janus: {
      async *chat() {
        for (let i = 0; i < 100; i++) yield queued;
      }
    }
  });
  expect(await collect(janus.chat({}, { trace: parent }))).toHaveLength(100);
  const spans = await received(2);
  expect(spans.flatMap(({ events }) => events)).toEqual([]);
});

test.each([
  [invalidArgument([{ field: 'x', description: 'is wrong' }]), 'INVALID_ARGUMENT', 'UNSET'],
  [unavailable('TIER_UNAVAILABLE', 'away'), 'UNAVAILABLE', 'ERROR'],
  [internal('a bug'), 'INTERNAL', 'ERROR']
])('%s: the client failed, the server only where it is to blame', async (error, code, serverStatus) => {
  const { codec, parent, received } = await tracedMesh({
    codec: {
      describeImageCodec: () => {
        throw error;
      }
    }
  });
  await expect(codec.describeImageCodec({}, { trace: parent })).rejects.toThrow(error.message);
  expect(endsOf(await received(2))).toEqual([
    ['CLIENT', code, 'ERROR', error.reason],
    ['SERVER', code, serverStatus, error.reason]
  ]);
});

test('cancelled by its caller, a call ends on both sides; it is no failure of the server', async () => {
  const { janus, parent, received } = await tracedMesh({
    janus: {
      async *chat(_, { signal }) {
        yield queued;
        await untilAborted(signal);
      }
    }
  });
  const caller = new AbortController();
  const chat = janus.chat({}, { trace: parent, signal: caller.signal })[Symbol.asyncIterator]();
  await chat.next();
  caller.abort();
  await expect(chat.next()).rejects.toThrow('cancelled');
  expect(endsOf(await received(2))).toEqual([
    ['CLIENT', 'CANCELLED', 'ERROR', 'CANCELLED'],
    ['SERVER', 'CANCELLED', 'UNSET', 'CANCELLED']
  ]);
});

test('a caller that has enough and leaves the loop has not failed', async () => {
  const { janus, parent, received } = await tracedMesh({
    janus: {
      async *chat(_, { signal }) {
        yield queued;
        await untilAborted(signal);
      }
    }
  });
  for await (const _ of janus.chat({}, { trace: parent })) break;
  expect(endsOf(await received(2))).toEqual([
    ['CLIENT', 'CANCELLED', 'UNSET', undefined],
    ['SERVER', 'CANCELLED', 'UNSET', 'CANCELLED']
  ]);
});

test('a deadline that passes, and a server that shuts down, end the spans too', async () => {
  const { janus, parent, received, server } = await tracedMesh({
    janus: {
      async *chat(_, { signal }) {
        yield queued;
        await untilAborted(signal);
      }
    }
  });
  await expect(collect(janus.chat({}, { trace: parent, deadline: Date.now() + 50 }))).rejects.toMatchObject({
    codeName: 'DEADLINE_EXCEEDED'
  });
  const late = endsOf(await received(2));
  expect(late[0]).toEqual(['CLIENT', 'DEADLINE_EXCEEDED', 'ERROR', 'DEADLINE_EXCEEDED']);
  const chat = janus.chat({}, { trace: parent })[Symbol.asyncIterator]();
  await chat.next();
  await server.drain({ timeoutMs: 0 });
  await expect(chat.next()).rejects.toMatchObject({ codeName: 'UNAVAILABLE' });
  expect(endsOf((await received(4)).slice(2))).toEqual([
    ['CLIENT', 'UNAVAILABLE', 'ERROR', 'SHUTTING_DOWN'],
    ['SERVER', 'UNAVAILABLE', 'ERROR', 'SHUTTING_DOWN']
  ]);
});

test('of a hundred calls that end in all ways, none leaves a span open', async () => {
  const { janus, parent, received } = await tracedMesh({
    janus: {
      async *chat({ maxTokens = 0 }, { signal }) {
        yield queued;
        if (maxTokens % 4 === 1) throw internal('a bug');
        if (maxTokens % 4 > 1) await untilAborted(signal);
      }
    }
  });
  const call = async (maxTokens: number) => {
    const caller = new AbortController();
    for await (const _ of janus.chat({ maxTokens }, { trace: parent, signal: caller.signal })) {
      if (maxTokens % 4 === 2) caller.abort();
      if (maxTokens % 4 === 3) break;
    }
  };
  await Promise.allSettled(Array.from({ length: 100 }, (_, at) => call(at)));
  const spans = await received(200);
  const ids = new Set([parent.spanId, ...spans.map(({ spanId }) => spanId)]);
  expect(spans.filter(({ parentId }) => !ids.has(parentId))).toEqual([]);
  expect(spans.every(({ startNs, endNs }) => endNs >= startNs)).toBe(true);
});

test('looks at a service, and at its health, begin no traces', async () => {
  const { address, codec, janus, spans, received } = await tracedMesh({
    codec: { describeImageCodec: async () => ({}) },
    janus: {
      async *chat() {
        yield queued;
      }
    }
  });
  await codec.describeImageCodec({});
  await isServing(address);
  await collect(janus.chat({}));
  expect((await received(1)).map(({ name, kind }) => [name, kind])).toEqual([['janus.v1.JanusService/Chat', 'SERVER']]);
  expect(spans[0]?.parentId).toBe('');
});

test('a service that records nothing passes the trace on to those it calls, and names it in its log', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const seen: (string | undefined)[] = [];
  const last = await testMesh({
    codec: {
      describeImageCodec: async (_, { metadata }) => {
        seen.push(metadata('traceparent'), metadata('tracestate'));
        return {};
      }
    }
  });
  const first = await testMesh({
    codec: { describeImageCodec: (_, { trace, signal }) => last.codec.describeImageCodec({}, { trace, signal }) }
  });
  const trace = passedTrace((key) => ({ traceparent, tracestate: 'vendor=1' })[key]);
  await first.codec.describeImageCodec({}, { trace });
  expect(seen).toEqual([traceparent, 'vendor=1']);
  await expect.poll(first.requests).toEqual([expect.objectContaining({ traceId: '0af7651916cd43dd8448eb211c80319c' })]);
});
