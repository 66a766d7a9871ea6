import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isServing } from '../client/is-serving.ts';
import { collect } from '../testing/collect.ts';
import { rawCall } from '../testing/raw-call.ts';
import { testMesh } from '../testing/test-mesh.ts';
import { signalled, untilAborted } from '../testing/waiting.ts';

test('a drain lets running calls finish, accepts no others, and then is done', async () => {
  const release = signalled();
  const started = signalled();
  const mesh = await testMesh({
    janus: {
      async *chat() {
        yield { event: { $case: 'queued', value: { position: 1 } } };
        started.resolve();
        await release.promise;
        yield { event: { $case: 'delta', value: { text: 'the end' } } };
      }
    }
  });
  const answers = collect(mesh.janus.chat({}));
  await started.promise;
  const drained = mesh.server.drain({ timeoutMs: 10_000 });
  await expect(mesh.codec.describeImageCodec({}, { deadline: Date.now() + 2_000 })).rejects.toMatchObject({ codeName: 'UNAVAILABLE' });
  expect(mesh.server.callCount).toBe(1);
  release.resolve();
  expect((await answers).map(({ event }) => event?.$case)).toEqual(['queued', 'delta']);
  await expect(drained).resolves.toEqual({ aborted: 0 });
  await expect(isServing(mesh.address)).rejects.toMatchObject({ codeName: 'UNAVAILABLE' });
});

test('calls that do not finish in time end with UNAVAILABLE, their handlers too', async () => {
  const unwound = signalled();
  const mesh = await testMesh({
    janus: {
      async *chat(_, { signal }) {
        try {
          yield { event: { $case: 'queued', value: { position: 1 } } };
          await untilAborted(signal);
        } finally {
          await sleep(50);
          unwound.resolve();
        }
      }
    }
  });
  const answers = mesh.janus.chat({}, { requestId: 'r1' })[Symbol.asyncIterator]();
  await answers.next();
  const failure = expect(answers.next()).rejects.toMatchObject({
    codeName: 'UNAVAILABLE',
    reason: 'SHUTTING_DOWN',
    retryAfterMs: 1_000,
    requestId: 'r1'
  });
  await expect(mesh.server.drain({ timeoutMs: 100 })).resolves.toEqual({ aborted: 1 });
  await failure;
  await unwound.promise;
});

test('connections get GOAWAY, and what runs on them is answered', async () => {
  const release = signalled();
  const mesh = await testMesh({
    codec: {
      async describeImageCodec() {
        await release.promise;
        return {};
      }
    }
  });
  const { session, stream, status } = rawCall(mesh.address, 'janus.tier.v1.ImageCodecService/DescribeImageCodec', {});
  const goaway = signalled<number>();
  session.on('goaway', goaway.resolve);
  await expect.poll(() => mesh.server.callCount).toBe(1);
  const drained = mesh.server.drain({ timeoutMs: 5_000 });
  expect(await goaway.promise).toBe(0);
  stream.resume();
  release.resolve();
  expect((await status)['grpc-status']).toBe('0');
  await expect(drained).resolves.toEqual({ aborted: 0 });
});

test('a handler that heeds nothing does not keep the server from closing', async () => {
  const mesh = await testMesh({ codec: { describeImageCodec: () => new Promise(() => undefined) } });
  const call = expect(mesh.codec.describeImageCodec({})).rejects.toMatchObject({ codeName: 'UNAVAILABLE', reason: 'SHUTTING_DOWN' });
  await expect.poll(() => mesh.server.callCount).toBe(1);
  await expect(mesh.server.drain({ timeoutMs: 0 })).resolves.toEqual({ aborted: 1 });
  await call;
}, 15_000);
