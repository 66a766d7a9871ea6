import { expect, test } from 'vitest';
import { ActiveRequest } from './active-request.ts';
import { EngineError, type EngineErrorReason } from './engine-error.ts';
import { KvMemory } from './kv-memory.ts';
import { OutputQueue } from './output-queue.ts';
import type { SequenceGroup } from './sequence-group.ts';
import { FakeRunner } from './testing/fake-runner.ts';
import { textRequest } from './testing/test-bench.ts';

const PROMPT = 64;

function group(): SequenceGroup {
  const output = new OutputQueue<never>(1, { drained: () => {}, abandoned: () => {} });
  return new ActiveRequest(textRequest(PROMPT), output).groups[0] as SequenceGroup;
}

test.each<[EngineErrorReason, number]>([
  ['CANCELLED', PROMPT - 2],
  ['STEP_FAILED', 0],
  ['LOGITS_NOT_FINITE', 0]
])('of a group that ended with %s and is not freed yet, another begins with %i tokens', async (reason, reused) => {
  const runner = new FakeRunner();
  const memory = new KvMemory(runner, { kvBytes: 1_000, prefixBytes: 500 });
  const [ended, next] = [group(), group()];
  const [kv] = memory.start(ended, []) as [ReturnType<FakeRunner['allocate']>];
  const tokens = Array.from({ length: PROMPT }, (_, id) => ({ kind: 'id', id }) as const);
  await runner.run([{ kv, past: 0, tokens, logits: 'none', head: 'text' }]);
  ended.cond.advance(PROMPT);
  ended.request.failure = new EngineError(reason, 'over');
  memory.start(next, [ended]);
  expect(next.cond.reused).toBe(reused);
});
