import { Head, ScoreOutput, type ScoreRequest, type ScoreResponse, type ScoreStart, type Segment } from '@janus-mesh/contracts';
import { Code } from '@janus-mesh/rpc';
import { f32View } from '@janus-mesh/tensor';
import { expect, test } from 'vitest';
import { type FakeTier, fakeTier, REVISION } from '../testing/fake-tier.ts';

const LOGITS = { output: ScoreOutput.SCORE_OUTPUT_LOGITS };
const ids = (...values: number[]): Segment => ({ content: { $case: 'ids', value: { ids: values } } });

async function* requests(changes: Partial<ScoreStart>): AsyncGenerator<ScoreRequest> {
  const start = {
    revision: REVISION,
    head: Head.HEAD_TEXT,
    prompt: [ids(1, 2, 3)],
    negativePrompt: [],
    guidanceWeight: 0,
    continuation: [4, 5]
  };
  yield { message: { $case: 'start', value: { ...start, ...changes } } };
}

async function rows(tier: FakeTier, changes: Partial<ScoreStart>): Promise<NonNullable<ScoreResponse['rows']>[]> {
  const received: NonNullable<ScoreResponse['rows']>[] = [];
  for await (const response of tier.client.score(requests(changes))) if (response.rows) received.push(response.rows);
  return received;
}

test('gives a log-probability for each token of the continuation, without diagnostics', async () => {
  const received = await rows(await fakeTier({ diagnostics: false }), {});
  const values = received.flatMap(({ $case, value }) => ($case === 'logprobs' ? [...f32View(value.data)] : []));
  expect(received.every(({ $case }) => $case === 'logprobs')).toBe(true);
  expect(values).toHaveLength(2);
  for (const value of values) expect(value).toBeLessThan(0);
});

test('gives the logits of each step, of both rows and blended where there is guidance', async () => {
  const tier = await fakeTier();
  const guided = await rows(tier, { ...LOGITS, head: Head.HEAD_CODES, negativePrompt: [ids(9)], guidanceWeight: 3 });
  expect(guided).toHaveLength(2);
  guided.forEach((row, step) => {
    if (row.$case !== 'stepLogits') throw new Error(row.$case);
    expect(row.value.firstStep).toBe(step);
    const [cond, uncond, blend] = [row.value.cond, row.value.uncond, row.value.guided].map((tensor) => {
      expect(tensor?.dims).toEqual([1, 40]);
      return f32View(tensor?.data ?? new Uint8Array());
    }) as [Float32Array, Float32Array, Float32Array];
    expect(blend).toEqual(cond.map((value, i) => (uncond[i] as number) + 3 * (value - (uncond[i] as number))));
  });
  const [plain] = await rows(tier, LOGITS);
  expect(plain).toMatchObject({ $case: 'stepLogits', value: { uncond: undefined, guided: undefined } });
});

test('gives prompt logits from the first position on, in tensors of at most 1 MiB', async () => {
  const tier = await fakeTier();
  const received = await rows(tier, { ...LOGITS, promptLogits: true, prompt: [ids(...new Array(118).fill(7))], continuation: [] });
  const positions = received.map((row) => (row.$case === 'promptLogits' ? row.value.dims : []));
  expect(positions).toEqual([
    [48, 60],
    [48, 60],
    [22, 60]
  ]);
});

test('rows too wide for two in a message go one by one', async () => {
  const tier = await fakeTier({ runner: { vocabulary: { text: 150_000, codes: 40 } } });
  const received = await rows(tier, { ...LOGITS, promptLogits: true, continuation: [] });
  expect(received.map((row) => (row.$case === 'promptLogits' ? row.value.dims : []))).toEqual(new Array(3).fill([1, 150_000]));
});

test('whole logits are refused where diagnostics are off', async () => {
  await expect(rows(await fakeTier({ diagnostics: false }), LOGITS)).rejects.toMatchObject({
    code: Code.FAILED_PRECONDITION,
    reason: 'DIAGNOSTICS_OFF'
  });
});

test.each<[string, Partial<ScoreStart>, string]>([
  ['start.output', { output: 9 as ScoreOutput }, '9 is no output'],
  ['start.prompt_logits', { promptLogits: true }, 'only goes with SCORE_OUTPUT_LOGITS and HEAD_TEXT'],
  ['start.prompt_logits', { ...LOGITS, promptLogits: true, head: Head.HEAD_CODES }, 'only goes with SCORE_OUTPUT_LOGITS and HEAD_TEXT'],
  ['start.continuation', { continuation: [] }, 'must have at least one token, unless prompt_logits is set'],
  ['start.continuation[1]', { continuation: [1, 60] }, '60 is no text token'],
  ['start.prompt', { continuation: new Array(198).fill(1) }, '3 tokens and 198 new ones, the context has 200']
])('%s is refused (%#)', async (field, changes, description) => {
  await expect(rows(await fakeTier(), changes)).rejects.toMatchObject({
    code: Code.INVALID_ARGUMENT,
    violations: [{ field, description: expect.stringContaining(description) }]
  });
});
