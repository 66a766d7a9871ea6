import { expect, test } from 'vitest';
import type { EngineEvent } from './engine-event.ts';
import type { EngineRequest } from './engine-request.ts';
import { guide } from './guidance.ts';
import { logitHash } from './logit-hash.ts';
import { probabilities } from './sampler.ts';
import { makeBench, NOTHING_LEFT, pictureRequest, receive, textRequest } from './testing/test-bench.ts';

type EventOf<K extends EngineEvent['kind']> = Extract<EngineEvent, { kind: K }>;

function ofKind<K extends EngineEvent['kind']>(events: readonly EngineEvent[], kind: K): EventOf<K>[] {
  return events.filter((event): event is EventOf<K> => event.kind === kind);
}

function scored(request: EngineRequest, continuation: number[], output: EngineRequest['output']): EngineRequest {
  return { ...request, forcedIds: continuation, maxNewTokens: continuation.length, output };
}

test('the logits of a forced continuation are those its tokens are drawn from in a generation, bit for bit', async () => {
  const bench = makeBench();
  const generated = await bench.submit(pictureRequest(70, 9, { maxNewTokens: 5 }));
  const ids = generated.ids[0] ?? [];
  const { events } = await bench.submit(scored(pictureRequest(70, 9), ids, { kind: 'logits', prompt: false }));
  const steps = ofKind(events, 'stepLogits');
  expect(steps.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
  expect(steps.map(({ guided }) => logitHash(guided ?? new Float32Array()))).toEqual(generated.hashes[0]);
  for (const { cond, uncond, guided } of steps) {
    const blend = new Float32Array(cond.length);
    guide(cond, uncond ?? cond, 5, blend);
    expect(guided).toEqual(blend);
  }
});

test('a continuation runs in decode form, one token a step, and the last one is only predicted', async () => {
  const bench = makeBench();
  await bench.submit(scored(textRequest(49), [4, 5, 6], { kind: 'logprobs' }));
  expect(bench.runner.steps).toEqual(['0 0+47', '0 47+2 last', '0 49+1 last', '0 50+1 last']);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('log-probabilities are those of the (guided) logits at temperature 1', async () => {
  const bench = makeBench();
  const ids = [3, 1, 2];
  const request = pictureRequest(5, 5);
  const [logits, logprobs] = await Promise.all([
    bench.submit(scored(request, ids, { kind: 'logits', prompt: false })),
    bench.submit(scored({ ...request, sampling: { temperature: 0.3, topK: 2, topP: 0.5 } }, ids, { kind: 'logprobs' }))
  ]);
  const rows = ofKind(logits.events, 'stepLogits').map(({ guided }) => guided ?? new Float32Array());
  const values = ofKind(logprobs.events, 'logprobs').flatMap((event) => event.values);
  const everything = { temperature: 1, topK: 0, topP: 1 };
  expect(values).toHaveLength(3);
  values.forEach((value, i) => {
    const row = probabilities(rows[i] as Float32Array, everything);
    expect(value).toBeCloseTo(Math.log(row[ids[i] as number] as number), 10);
  });
});

test('prompt logits come chunk by chunk, and the last row is what the first token is drawn from', async () => {
  const bench = makeBench();
  const { events } = await bench.submit(scored(textRequest(98), [7], { kind: 'logits', prompt: true }));
  expect(bench.runner.steps).toEqual(['0 0+48 all', '0 48+48 all', '0 96+2 all']);
  const chunks = ofKind(events, 'promptLogits');
  expect(chunks.map(({ first, rows }) => [first, rows.length / 60])).toEqual([
    [0, 48],
    [48, 48],
    [96, 2]
  ]);
  expect(chunks.at(-1)?.rows.slice(-60)).toEqual(ofKind(events, 'stepLogits')[0]?.cond);
});

test('a prompt can be scored without a continuation', async () => {
  const bench = makeBench();
  const { events, error } = await bench.submit(scored(textRequest(10), [], { kind: 'logits', prompt: true }));
  expect(error).toBeUndefined();
  expect(events.map((event) => event.kind)).toEqual(['admitted', 'promptLogits', 'finished']);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('logits at weight 1 come from both rows, though the pair is not needed to draw', async () => {
  const { events } = await makeBench().submit(scored(pictureRequest(4, 4, { guidanceWeight: 1 }), [9], { kind: 'logits', prompt: false }));
  const [row] = ofKind(events, 'stepLogits');
  expect(row?.uncond).toBeDefined();
  expect(row?.guided).toEqual(row?.cond);
});

test('unread logits beyond the limit make their own request pause, not the others; reading on makes it go on', async () => {
  const rowBytes = 60 * 4;
  const bench = makeBench({ unreadBytes: 2 * rowBytes });
  const handle = bench.engine.submit(scored(textRequest(4), [1, 2, 3, 4, 5, 6], { kind: 'logits', prompt: false }));
  await bench.submit(textRequest(5, { maxNewTokens: 20 }));
  await bench.engine.idle();
  expect(bench.runner.steps.filter((step) => step.startsWith('0 '))).toHaveLength(2);
  expect(bench.engine.stats()).toMatchObject({ groups: 1 });
  const { events } = await receive(handle);
  expect(ofKind(events, 'stepLogits')).toHaveLength(6);
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});
