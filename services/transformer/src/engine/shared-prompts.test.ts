import { expect, test } from 'vitest';
import { EngineError } from './engine-error.ts';
import type { EngineRequest } from './engine-request.ts';
import { makeBench, NOTHING_LEFT, pictureRequest, type Received, receive, textRequest } from './testing/test-bench.ts';

const SAMPLING = { temperature: 1, topK: 0, topP: 1 };

/** Each sample as a request of its own. */
async function oneByOne(spec: EngineRequest): Promise<Pick<Received, 'ids' | 'hashes'>> {
  const alone: Received[] = [];
  for (let i = 0; i < spec.samples; i++) alone.push(await makeBench().submit({ ...spec, samples: 1, seed: spec.seed + BigInt(i) }));
  return { ids: alone.flatMap(({ ids }) => ids), hashes: alone.flatMap(({ hashes }) => hashes) };
}

test('the prompt of a request runs once; the other samples have copies of it and draw their first token from the same logits', async () => {
  const bench = makeBench({ runner: { slots: 6 } });
  const spec = pictureRequest(54, 3, { samples: 3, sampling: SAMPLING, maxNewTokens: 3 });
  const received = await bench.submit(spec);
  expect(bench.runner.steps).toEqual([
    '0 0+48',
    '0 48+6 last | 1 0+3 last',
    '0 54+1 last | 1 3+1 last | 2 54+1 last | 3 3+1 last | 4 54+1 last | 5 3+1 last',
    '0 55+1 last | 1 4+1 last | 2 55+1 last | 3 4+1 last | 4 55+1 last | 5 4+1 last'
  ]);
  expect(bench.runner.copies).toEqual(['0 > 2 54', '1 > 3 3', '0 > 4 54', '1 > 5 3']);
  expect(received).toMatchObject(await oneByOne(spec));
  expect(bench.leftovers()).toMatchObject({ ...NOTHING_LEFT, sharedPromptTokens: 2 * 57 });
});

test.each([1, 2, 3, 5])(
  'samples that come later have it from one that runs, or the caches of one that is done: room for %i',
  async (room) => {
    const bench = makeBench({ runner: { slots: room } });
    const spec = textRequest(98, { samples: 16, sampling: SAMPLING, maxNewTokens: 20, stopIds: new Set([1, 2, 3, 4, 5]) });
    const received = await bench.submit(spec);
    expect(received).toMatchObject(await oneByOne(spec));
    expect(bench.runner.steps.filter((step) => step.includes(' 0+48'))).toHaveLength(1);
    expect(bench.leftovers()).toMatchObject({ ...NOTHING_LEFT, sharedPromptTokens: 15 * 98 });
  }
);

test('a sample that ends with its first token leaves the prompt to those that wait for it', async () => {
  const bench = makeBench({ runner: { slots: 3 } });
  const spec = textRequest(5, { samples: 8, sampling: SAMPLING, maxNewTokens: 1 });
  expect(await bench.submit(spec)).toMatchObject(await oneByOne(spec));
  expect(bench.runner.steps).toEqual(['0 0+5 last']);
  expect(bench.leftovers()).toMatchObject({ ...NOTHING_LEFT, sharedPromptTokens: 7 * 5 });
});

test("where another caller's turn is in between, the next sample runs the prompt again", async () => {
  const bench = makeBench({ runner: { slots: 1 } });
  const spec = textRequest(600, { samples: 2, sampling: SAMPLING, maxNewTokens: 1 });
  const [samples] = await Promise.all([bench.submit(spec), bench.submit(textRequest(4, { caller: 'other', maxNewTokens: 1 }))]);
  expect(bench.runner.steps.filter((step) => / 0[+]/.test(step))).toEqual(['0 0+48', '1 0+4 last', '2 0+48']);
  expect(samples).toMatchObject(await oneByOne(spec));
  expect(bench.leftovers()).toMatchObject({ ...NOTHING_LEFT, sharedPromptTokens: 0 });
});

test('cancelled in any step, all samples end, and nobody else changes', async () => {
  const company = textRequest(90, { maxNewTokens: 12, caller: 'other' });
  const alone = await makeBench().submit(company);
  for (let step = 0; step < 12; step++) {
    const bench = makeBench({ runner: { slots: 5 } });
    const other = bench.submit(company);
    const handle = bench.engine.submit(pictureRequest(70, 3, { samples: 5, maxNewTokens: 3 }));
    bench.runner.during(step, () => handle.cancel(new EngineError('CANCELLED', 'enough')));
    await receive(handle);
    expect((await other).hashes).toEqual(alone.hashes);
    expect(bench.leftovers()).toMatchObject({ ...NOTHING_LEFT, cancelToFreeSteps: 0 });
  }
});

test('a copy that fails ends its request, and no other', async () => {
  const bench = makeBench();
  bench.runner.copy = () => {
    throw new Error('out of order');
  };
  const [failed, other] = await Promise.all([bench.submit(textRequest(5, { samples: 2 })), bench.submit(textRequest(5))]);
  expect(failed.error).toMatchObject({ reason: 'STEP_FAILED', message: 'copying a prompt failed: out of order' });
  expect(other.error).toBeUndefined();
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('logits of the prompt are given for each sample, so each runs it', async () => {
  const bench = makeBench();
  const { events } = await bench.submit(textRequest(5, { samples: 2, output: { kind: 'logits', prompt: true } }));
  expect(events.filter(({ kind }) => kind === 'promptLogits')).toHaveLength(2);
  expect(bench.leftovers()).toMatchObject({ ...NOTHING_LEFT, sharedPromptTokens: 0 });
});
