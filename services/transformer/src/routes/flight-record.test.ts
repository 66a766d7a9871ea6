import { type GetFlightRecordRequest, Head, type StepRecord } from '@janus-mesh/contracts';
import { Code } from '@janus-mesh/rpc';
import { expect, test } from 'vitest';
import { pictureRequest, receive, textRequest } from '../engine/testing/test-bench.ts';
import { type FakeTier, fakeTier } from '../testing/fake-tier.ts';

async function messages({ client }: FakeTier, request: Partial<GetFlightRecordRequest>): Promise<StepRecord[][]> {
  const received: StepRecord[][] = [];
  for await (const { steps } of client.getFlightRecord(request)) received.push(steps);
  return received;
}

test('gives the last steps, oldest first, at most 256 a message', async () => {
  const tier = await fakeTier();
  await receive(tier.engine.submit(textRequest(3, { maxNewTokens: 600 })));
  const all = await messages(tier, {});
  expect(all.map(({ length }) => length)).toEqual([256, 256, 88]);
  expect(all.flat().map(({ step }) => step)).toEqual(Array.from({ length: 600 }, (_, i) => BigInt(i)));
  expect((await messages(tier, { steps: 2 })).flat()).toEqual(all.flat().slice(-2));
});

test('a step has everything on the wire', async () => {
  const tier = await fakeTier();
  const before = Date.now();
  await receive(tier.engine.submit(pictureRequest(3, 4, { maxNewTokens: 1 })));
  const [[step]] = (await messages(tier, {})) as [[StepRecord]];
  expect(step).toEqual({
    step: 0n,
    startedMs: expect.any(Number),
    runMs: expect.any(Number),
    commitMs: expect.any(Number),
    groups: [{ group: 0n, head: Head.HEAD_CODES, tokens: [3, 4] }],
    queued: 0,
    kvBytesUsed: 7n,
    error: ''
  });
  expect(step.startedMs).toBeGreaterThanOrEqual(before);
});

test('before the first step there is nothing', async () => {
  expect(await messages(await fakeTier(), {})).toEqual([]);
});

test.each([0, 10_001])('%i steps are refused', async (steps) => {
  await expect(messages(await fakeTier(), { steps })).rejects.toMatchObject({
    code: Code.INVALID_ARGUMENT,
    violations: [{ field: 'steps', description: `${steps}, it must be from 1 to 10000` }]
  });
});
