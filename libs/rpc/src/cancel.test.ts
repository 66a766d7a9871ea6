import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { invalidArgument } from './errors/families.ts';
import type { MeshError } from './errors/mesh-error.ts';
import { rawCall } from './testing/raw-call.ts';
import { testMesh } from './testing/test-mesh.ts';
import { signalled, untilAborted } from './testing/waiting.ts';

/** Handlers that wait until they are aborted, and tell how. */
async function waitingMesh() {
  const ended = signalled<{ how: MeshError; at: number }>();
  const started = signalled();
  const wait = async (signal: AbortSignal) => {
    try {
      started.resolve();
      return await untilAborted(signal);
    } finally {
      ended.resolve({ how: signal.reason as MeshError, at: performance.now() });
    }
  };
  const mesh = await testMesh({
    codec: {
      describeImageCodec: (_, { signal }) => wait(signal),
      tokenize: (_, { signal }) => wait(signal),
      async *decode(requests, { signal }) {
        try {
          started.resolve();
          for await (const _ of requests) yield { event: { $case: 'preview', value: {} } };
        } finally {
          ended.resolve({ how: signal.reason as MeshError, at: performance.now() });
        }
      }
    },
    janus: {
      async *chat(_, { signal }) {
        yield { event: { $case: 'queued', value: { position: 0 } } };
        await wait(signal);
      }
    }
  });
  return { ...mesh, ended: ended.promise, started: started.promise };
}

const oneThenSilence = async function* () {
  yield { message: { $case: 'codes' as const, value: { ids: [1] } } };
  await new Promise(() => undefined);
};

test('aborting a unary call reaches the handler at once', async () => {
  const { codec, started, ended, requests } = await waitingMesh();
  const controller = new AbortController();
  const call = codec.describeImageCodec({}, { signal: controller.signal, requestId: 'r1' });
  await started;
  const cancelledAt = performance.now();
  controller.abort();
  await expect(call).rejects.toMatchObject({ codeName: 'CANCELLED', reason: 'CANCELLED', requestId: 'r1' });
  const { how, at } = await ended;
  expect(how.codeName).toBe('CANCELLED');
  expect(at - cancelledAt).toBeLessThan(1_000);
  await expect.poll(requests).toEqual([expect.objectContaining({ code: 'CANCELLED', error: 'the caller cancelled' })]);
});

test('aborting a call that sends reaches the handler at once', async () => {
  const { codec, started, ended } = await waitingMesh();
  const controller = new AbortController();
  const call = codec.tokenize(oneThenSilence() as AsyncIterable<never>, { signal: controller.signal });
  await started;
  controller.abort();
  await expect(call).rejects.toMatchObject({ codeName: 'CANCELLED' });
  expect((await ended).how.codeName).toBe('CANCELLED');
});

test('leaving the loop over a stream cancels the call', async () => {
  const { janus, ended } = await waitingMesh();
  for await (const { event } of janus.chat({})) {
    expect(event?.$case).toBe('queued');
    break;
  }
  expect((await ended).how.codeName).toBe('CANCELLED');
});

test('a stream can be left while its next answer is awaited', async () => {
  const { janus, ended } = await waitingMesh();
  const answers = janus.chat({})[Symbol.asyncIterator]();
  await answers.next();
  const pending = answers.next();
  const expected = expect(pending).rejects.toMatchObject({ codeName: 'CANCELLED' });
  await expect(answers.return?.()).resolves.toEqual({ done: true, value: undefined });
  await expected;
  expect((await ended).how.codeName).toBe('CANCELLED');
});

test('a handler that waits for the next request of a cancelled caller is told, not left to think the caller was done', async () => {
  const { codec, ended } = await waitingMesh();
  const controller = new AbortController();
  const reading = (async () => {
    for await (const _ of codec.decode(oneThenSilence(), { signal: controller.signal })) controller.abort();
  })();
  await expect(reading).rejects.toMatchObject({ codeName: 'CANCELLED' });
  expect((await ended).how.codeName).toBe('CANCELLED');
});

test('half a request is the fault of a caller who waits for the answer, and a cancel where the reset comes behind its end', async () => {
  const failed = signalled();
  const { address, requests } = await testMesh({
    codec: {
      async tokenize(pieces) {
        for await (const _ of pieces);
        failed.resolve();
        throw invalidArgument([{ field: 'chunk', description: 'the picture is not whole' }]);
      }
    }
  });
  const method = 'janus.tier.v1.ImageCodecService/Tokenize';
  const { stream } = rawCall(address, method, { messages: [] });
  await failed.promise;
  stream.close(8);
  await expect.poll(requests).toEqual([expect.objectContaining({ code: 'CANCELLED', reason: 'CANCELLED' })]);
  expect(await rawCall(address, method, { messages: [] }).status).toMatchObject({ 'grpc-status': '3' });
  await expect.poll(requests).toMatchObject([{}, { code: 'INVALID_ARGUMENT' }]);
});

test("the caller's request generator is ended when the call is over", async () => {
  const { codec } = await testMesh({
    codec: {
      async *decode() {
        yield { event: { $case: 'preview', value: {} } };
      }
    }
  });
  let isClosed = false;
  async function* requests() {
    try {
      for (; ; await sleep(1)) yield { message: { $case: 'codes' as const, value: { ids: [1] } } };
    } finally {
      isClosed = true;
    }
  }
  for await (const _ of codec.decode(requests()));
  await expect.poll(() => isClosed).toBe(true);
});

test("the caller's requests are told to end even while the next one is awaited", async () => {
  const { codec } = await testMesh({
    codec: {
      async *decode() {
        yield { event: { $case: 'preview', value: {} } };
      }
    }
  });
  let isToldToEnd = false;
  const silence: AsyncIterableIterator<never> = {
    [Symbol.asyncIterator]: () => silence,
    next: () => new Promise(() => undefined),
    async return() {
      isToldToEnd = true;
      return { done: true, value: undefined };
    }
  };
  for await (const _ of codec.decode(silence));
  await expect.poll(() => isToldToEnd).toBe(true);
});

test("what the caller's request generator throws comes back as it is, and cancels the call", async () => {
  const { codec, started, ended } = await waitingMesh();
  async function* requests(): AsyncGenerator<never> {
    yield* [];
    await started;
    throw new RangeError('no such file');
  }
  await expect(codec.tokenize(requests())).rejects.toThrow(new RangeError('no such file'));
  expect((await ended).how.codeName).toBe('CANCELLED');
});

test('an aborted signal starts no call', async () => {
  const { codec, requests } = await waitingMesh();
  await expect(codec.describeImageCodec({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ codeName: 'CANCELLED' });
  expect(requests()).toEqual([]);
});
