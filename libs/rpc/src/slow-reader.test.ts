import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { MeshError } from './errors/mesh-error.ts';
import { rawCall } from './testing/raw-call.ts';
import { testMesh } from './testing/test-mesh.ts';
import { signalled } from './testing/waiting.ts';

/** A mesh whose chat streams as fast as it may, counts what it made, and tells how it ended. */
async function producer({ bytes, ...limits }: { bytes: number; unreadStreamMs?: number; maxDeadlineMs?: number }) {
  const ended = signalled<MeshError & { readonly afterMs: number }>();
  const startedAt = performance.now();
  const count = { made: 0 };
  const text = 'x'.repeat(bytes);
  const mesh = await testMesh({
    janus: {
      async *chat(_, { signal }) {
        try {
          for (; count.made < 100_000; count.made++) yield { event: { $case: 'delta', value: { text } } };
        } finally {
          ended.resolve(Object.assign(signal.reason as MeshError, { afterMs: performance.now() - startedAt }));
        }
      }
    },
    limits
  });
  return { ...mesh, count, ended: ended.promise };
}

const chat = 'janus.v1.JanusService/Chat';

test('a reader that takes its time is waited for: the producer does not run ahead', async () => {
  const { janus, count } = await producer({ bytes: 100_000 });
  let read = 0;
  for await (const _ of janus.chat({})) {
    read += 1;
    if (read === 20) {
      await sleep(300);
      expect(count.made - read).toBeLessThan(80);
      break;
    }
  }
});

test('a caller that reads nothing holds back the producer within a few messages, however small they are', async () => {
  const { address, count } = await producer({ bytes: 20 });
  rawCall(address, chat, { window: 200 });
  await sleep(500);
  const made = count.made;
  expect(made).toBeGreaterThan(0);
  expect(made).toBeLessThan(100);
  await sleep(200);
  expect(count.made).toBe(made);
});

test('a caller that reads nothing for the limit is cut off, and the handler ends', async () => {
  const { address, ended, requests, server } = await producer({ bytes: 1_000, unreadStreamMs: 200 });
  const { stream } = rawCall(address, chat, { window: 200 });
  expect(await ended).toMatchObject({
    codeName: 'RESOURCE_EXHAUSTED',
    reason: 'UNREAD_STREAM',
    message: 'the caller read nothing for 200 ms'
  });
  await expect
    .poll(requests, { timeout: 5_000 })
    .toEqual([expect.objectContaining({ code: 'RESOURCE_EXHAUSTED', reason: 'UNREAD_STREAM' })]);
  await expect.poll(() => stream.rstCode).toBe(8);
  expect(server.callCount).toBe(0);
});

test('a caller that reads slowly but steadily is not cut off', async () => {
  const { address, count, requests } = await producer({ bytes: 150, unreadStreamMs: 300 });
  const { stream } = rawCall(address, chat, { window: 200 });
  for (let n = 0; n < 10; n++) {
    await sleep(100);
    stream.read();
  }
  expect(requests()).toEqual([]);
  expect(count.made).toBeGreaterThan(10);
});

test('a deadline ends a call whose caller reads nothing', async () => {
  const { address, ended, requests } = await producer({ bytes: 1_000, maxDeadlineMs: 200 });
  rawCall(address, chat, { window: 200 });
  expect(await ended).toMatchObject({ codeName: 'DEADLINE_EXCEEDED', afterMs: expect.toSatisfy((ms: number) => ms < 1_500) });
  await expect.poll(requests, { timeout: 5_000 }).toEqual([expect.objectContaining({ code: 'DEADLINE_EXCEEDED' })]);
});

test("a deadline the caller gave ends the call, though the caller's library sleeps and reads nothing", async () => {
  const { address, ended, requests } = await producer({ bytes: 1_000 });
  const { stream } = rawCall(address, chat, { window: 200, headers: { 'grpc-timeout': '200m' } });
  expect(await ended).toMatchObject({ codeName: 'DEADLINE_EXCEEDED', afterMs: expect.toSatisfy((ms: number) => ms < 1_500) });
  await expect.poll(requests, { timeout: 5_000 }).toEqual([expect.objectContaining({ code: 'DEADLINE_EXCEEDED' })]);
  await expect.poll(() => stream.rstCode, { timeout: 5_000 }).toBe(8);
});
