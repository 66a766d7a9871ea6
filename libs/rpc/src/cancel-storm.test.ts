import { expect, test } from 'vitest';
import { testMesh } from './testing/test-mesh.ts';
import { signalled, untilAborted } from './testing/waiting.ts';

const QUEUED = { event: { $case: 'queued' as const, value: { position: 0 } } };

test('thousands of cancelled calls do not cost the connection that another call runs on', async () => {
  const finish = signalled();
  const { janus } = await testMesh({
    janus: {
      async *chat({ model }, { signal }) {
        yield QUEUED;
        await (model === 'stays' ? finish.promise : untilAborted(signal));
        yield QUEUED;
      }
    }
  });
  const stays = janus.chat({ model: 'stays' })[Symbol.asyncIterator]();
  await stays.next();
  const ends = new Map<string, number>();
  for (let round = 0; round < 50; round++) {
    const calls = Array.from({ length: 50 }, async () => {
      const controller = new AbortController();
      try {
        for await (const _ of janus.chat({ model: 'goes' }, { signal: controller.signal })) controller.abort();
      } catch (error) {
        const { codeName } = error as { codeName: string };
        ends.set(codeName, (ends.get(codeName) ?? 0) + 1);
      }
    });
    await Promise.all(calls);
  }
  expect([...ends]).toEqual([['CANCELLED', 2_500]]);
  finish.resolve();
  expect([(await stays.next()).done, (await stays.next()).done]).toEqual([false, true]);
});
