import { credentials, Metadata, makeClientConstructor, type ServiceError } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import type { MeshError } from './errors/mesh-error.ts';
import type { CallContext } from './server/call-context.ts';
import { testMesh } from './testing/test-mesh.ts';
import { signalled, untilAborted } from './testing/waiting.ts';

function waitingHandler() {
  const ended = signalled<{ context: CallContext; afterMs: number }>();
  const startedAt = performance.now();
  const describeImageCodec = async (_: unknown, context: CallContext): Promise<never> => {
    try {
      return await untilAborted(context.signal);
    } finally {
      ended.resolve({ context, afterMs: performance.now() - startedAt });
    }
  };
  return { ended: ended.promise, describeImageCodec };
}

test("the caller's deadline reaches the handler", async () => {
  const seen = signalled<number>();
  const { codec } = await testMesh({
    codec: {
      async describeImageCodec(_, { deadline = Number.NaN }) {
        seen.resolve(deadline - Date.now());
        return {};
      }
    }
  });
  await codec.describeImageCodec({}, { deadline: Date.now() + 2_000 });
  const leftMs = await seen.promise;
  expect(leftMs).toBeGreaterThan(1_500);
  expect(leftMs).toBeLessThanOrEqual(2_001);
});

test('the log tells how long a call had when it came', async () => {
  const { codec, requests } = await testMesh({ codec: { describeImageCodec: async () => ({}) }, limits: { maxDeadlineMs: 60_000 } });
  await codec.describeImageCodec({}, { deadline: Date.now() + 2_000 });
  await codec.describeImageCodec({});
  await expect.poll(() => requests().length).toBe(2);
  const [bounded, open] = requests().map(({ deadlineMs }) => Number(deadlineMs)) as [number, number];
  expect(bounded).toBeGreaterThan(1_500);
  expect(bounded).toBeLessThanOrEqual(2_001);
  expect(open).toBeGreaterThan(59_500);
  expect(open).toBeLessThanOrEqual(60_000);
});

test('when the deadline passes, the handler is stopped and the caller gets DEADLINE_EXCEEDED', async () => {
  const { describeImageCodec, ended } = waitingHandler();
  const { codec, requests } = await testMesh({ codec: { describeImageCodec } });
  const call = codec.describeImageCodec({}, { deadline: Date.now() + 200, requestId: 'late' });
  await expect(call).rejects.toMatchObject({ codeName: 'DEADLINE_EXCEEDED', reason: 'DEADLINE_EXCEEDED', requestId: 'late' });
  const { context, afterMs } = await ended;
  expect(afterMs).toBeLessThan(1_000);
  expect((context.signal.reason as MeshError).codeName).toBe('DEADLINE_EXCEEDED');
  await expect.poll(requests).toEqual([expect.objectContaining({ code: 'DEADLINE_EXCEEDED', reason: 'DEADLINE_EXCEEDED' })]);
});

test("without a deadline, the server's maximum for the RPC holds, with details", async () => {
  const { describeImageCodec, ended } = waitingHandler();
  const limits = { maxDeadlineMs: 60_000, maxDeadlineMsByMethod: { 'janus.tier.v1.ImageCodecService/DescribeImageCodec': 150 } };
  const { codec } = await testMesh({ codec: { describeImageCodec }, limits });
  await expect(codec.describeImageCodec({}, { requestId: 'r1' })).rejects.toMatchObject({
    codeName: 'DEADLINE_EXCEEDED',
    message: 'the call took longer than the allowed 150 ms',
    reason: 'DEADLINE_EXCEEDED',
    requestId: 'r1'
  });
  await ended;
});

test("a later deadline than the server's maximum is cut to it", async () => {
  const { describeImageCodec, ended } = waitingHandler();
  const { codec } = await testMesh({ codec: { describeImageCodec }, limits: { maxDeadlineMs: 150 } });
  await expect(codec.describeImageCodec({}, { deadline: Date.now() + 60_000 })).rejects.toMatchObject({ codeName: 'DEADLINE_EXCEEDED' });
  expect((await ended).afterMs).toBeLessThan(2_000);
});

test('a deadline ends a stream whose handler waits, and one whose handler waits for requests', async () => {
  const ends: string[] = [];
  const { codec, janus } = await testMesh({
    janus: {
      async *chat(_, { signal }) {
        try {
          yield { event: { $case: 'queued', value: { position: 1 } } };
          await untilAborted(signal);
        } finally {
          ends.push('chat');
        }
      }
    },
    codec: {
      async *decode(requests) {
        try {
          yield { event: { $case: 'preview', value: {} } };
          for await (const _ of requests);
          ends.push('requests ended as if half-closed');
        } finally {
          ends.push('decode');
        }
      }
    },
    limits: { maxDeadlineMs: 150 }
  });
  const read = async (stream: AsyncIterable<unknown>) => {
    for await (const _ of stream);
  };
  await expect(read(janus.chat({}))).rejects.toMatchObject({ codeName: 'DEADLINE_EXCEEDED' });
  await expect(read(codec.decode(never()))).rejects.toMatchObject({ codeName: 'DEADLINE_EXCEEDED' });
  await expect.poll(() => ends).toEqual(['chat', 'decode']);
});

test('a call that comes too late never reaches the handler', async () => {
  let calls = 0;
  const { address, codec } = await testMesh({
    codec: {
      async describeImageCodec() {
        calls += 1;
        return {};
      }
    }
  });
  await expect(codec.describeImageCodec({}, { deadline: Date.now() - 1 })).rejects.toMatchObject({ codeName: 'DEADLINE_EXCEEDED' });
  const error = await rawCall(address, '0m');
  expect(error).toMatchObject({ code: 4, details: 'the deadline had passed when the request came' });
  expect(error?.metadata.get('grpc-status-details-bin')).toHaveLength(1);
  expect(calls).toBe(0);
});

/** Calls DescribeImageCodec with a `grpc-timeout` as it stands, and no clock on this side. */
async function rawCall(address: string, timeout: string): Promise<ServiceError | null> {
  const method = {
    path: '/janus.tier.v1.ImageCodecService/DescribeImageCodec',
    requestStream: false,
    responseStream: false,
    requestSerialize: (bytes: Buffer) => bytes,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes
  } as const;
  const Client = makeClientConstructor({ describe: method }, 'Raw');
  const client = new Client(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  const metadata = new Metadata();
  metadata.set('grpc-timeout', timeout);
  return await new Promise((resolve) => {
    client.makeUnaryRequest(method.path, method.requestSerialize, method.responseDeserialize, Buffer.alloc(0), metadata, resolve);
  });
}

async function* never(): AsyncGenerator<never> {
  await new Promise(() => undefined);
}
