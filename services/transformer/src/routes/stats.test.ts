import { expect, test } from 'vitest';
import { EngineError } from '../engine/engine-error.ts';
import { pictureRequest, receive, textRequest } from '../engine/testing/test-bench.ts';
import { fakeTier } from '../testing/fake-tier.ts';

test('everything the engine counts is on the wire', async () => {
  const tier = await fakeTier({
    runner: { slots: 2 },
    engine: { queueLimit: 3, stepDelayMs: 60_000, featureCacheBytes: 500, prefixCacheBytes: 300 }
  });
  const picture = { kind: 'features', hash: 'cat', rows: 4 } as const;
  const ids = { kind: 'ids', ids: Array(16).fill(5) } as const;
  const seen = tier.engine.submit(textRequest(0, { prompt: [picture, ids], maxNewTokens: 1 }));
  seen.provideFeatures('cat', new Float32Array(4 * 8), 4);
  await receive(seen);
  await tier.engine.idle(); // else the delay after that step may count what comes next
  await receive(tier.engine.submit(textRequest(0, { prompt: [picture, ids, { kind: 'ids', ids: [6, 7] }], maxNewTokens: 1 })));
  await tier.engine.idle();
  const running = tier.engine.submit(pictureRequest(3, 4, { maxNewTokens: 5 }));
  const waiting = [textRequest(3), textRequest(4), pictureRequest(3, 3)].map((spec) => tier.engine.submit(spec));
  expect(() => tier.engine.submit(textRequest(3))).toThrow('wait');
  await expect.poll(() => tier.engine.stats().steps).toBe(3);
  expect(await tier.client.getTransformerStats({})).toEqual({
    tier: expect.objectContaining({ queued: 3, running: 1 }),
    textQueued: 2,
    codesQueued: 1,
    textRows: 0,
    codeRows: 2,
    groups: 1,
    kvBytesUsed: 7n + 8n,
    kvBytesBudget: 1_000n,
    steps: 3n,
    stepTokens: 20n + 2n + 3n + 4n,
    sharedPromptTokens: 0n,
    cancels: 0n,
    cancelToFreeSteps: 0,
    refused: 1n,
    features: { hits: 0n, misses: 1n, bytesUsed: 128n, bytesBudget: 500n, entries: 1 },
    prefixes: { hits: 1n, misses: 3n, reusedTokens: 20n, evictions: 0n, bytesUsed: 22n, bytesBudget: 300n, entries: 1 }
  });
  for (const handle of [running, ...waiting]) handle.cancel(new EngineError('CANCELLED', 'enough'));
  expect(await tier.client.getTransformerStats({})).toMatchObject({ cancels: 4n, cancelToFreeSteps: 0, groups: 0, kvBytesUsed: 0n });
});
