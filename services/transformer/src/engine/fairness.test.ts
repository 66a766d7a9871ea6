import { expect, test } from 'vitest';
import type { EngineRequest } from './engine-request.ts';
import { makeBench, NOTHING_LEFT, pictureRequest, textRequest } from './testing/test-bench.ts';

type Bench = ReturnType<typeof makeBench>;

/** Submits, and notes the steps that had begun at each of its tokens. */
async function watch(bench: Bench, spec: EngineRequest): Promise<{ submitted: number; tokens: number[] }> {
  const submitted = bench.runner.steps.length;
  const tokens: number[] = [];
  for await (const event of bench.engine.submit(spec).events)
    if (event.kind === 'tokens') for (const _ of event.ids) tokens.push(bench.runner.steps.length);
  return { submitted, tokens };
}

const PICTURE = pictureRequest(12, 12, { caller: 'painter', maxNewTokens: 60 });
const TEXT = textRequest(20, { caller: 'reader', maxNewTokens: 8 });

/** Pictures without end: whenever one is done, another one comes. */
function flood(bench: Bench, spec: EngineRequest, count: number): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, (_, i) => bench.submit({ ...spec, maxNewTokens: spec.maxNewTokens + (i % 7) })));
}

test('text that runs has a token in every step, while pictures come, prefill and fill the slots', async () => {
  const bench = makeBench({ runner: { slots: 8 } });
  const text = watch(bench, { ...TEXT, maxNewTokens: 200 });
  const pictures = flood(bench, PICTURE, 40);
  const { tokens } = await text;
  expect(tokens.map((step, i) => step - (tokens[i - 1] ?? step - 1))).toEqual(new Array(200).fill(1));
  await pictures;
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('one caller floods pictures: text of another, or of the same one, waits for the first that ends, not for the queue', async () => {
  for (const caller of ['reader', 'painter']) {
    const bench = makeBench({ runner: { slots: 8 } });
    const pictures = flood(bench, PICTURE, 40); // ten times the slots
    const { submitted, tokens } = await watch(bench, { ...TEXT, caller });
    expect((tokens[0] as number) - submitted).toBeLessThanOrEqual(62);
    expect(bench.engine.stats().codesQueued).toBeGreaterThan(30);
    await pictures;
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  }
});

test('while text waits, a quarter of the slots and of the memory is kept for it; when none waits, pictures take all', async () => {
  const [picture, text] = [2 * (12 + 59), 20 + 15]; // positions
  const cases = [
    { limits: { runner: { slots: 8 } }, texts: 2 },
    { limits: { runner: { slots: 16 }, kvBudgetBytes: 4 * picture }, texts: Math.floor(picture / text) }
  ];
  for (const { limits, texts } of cases) {
    const bench = makeBench(limits);
    const rows: string[] = [];
    const note = () => {
      const { codeRows, textRows, textQueued } = bench.engine.stats();
      rows.push(`${codeRows} + ${textRows}${textQueued ? ' text waits' : ''}`);
    };
    for (const step of [1, 61, 159]) bench.runner.during(step, note);
    const work = [
      ...Array.from({ length: 12 }, () => bench.submit({ ...PICTURE, maxNewTokens: 60 })),
      ...Array.from({ length: 12 }, () => bench.submit({ ...TEXT, caller: 'painter', maxNewTokens: 16 }))
    ];
    await Promise.all(work);
    expect(rows).toEqual(['8 + 0 text waits', `6 + ${texts} text waits`, '8 + 0']);
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  }
});

test('with two slots a pair still has its turn: text and pictures alternate', async () => {
  const bench = makeBench({ runner: { slots: 2 } });
  const picture = { ...PICTURE, maxNewTokens: 117 }; // 256 positions
  const text = { ...TEXT, maxNewTokens: 109 }; // 128 positions
  const ended: string[] = [];
  const run = (spec: EngineRequest) => bench.submit(spec).then(() => ended.push(spec.head));
  await Promise.all([...Array.from({ length: 8 }, () => run(text)), ...Array.from({ length: 3 }, () => run(picture))]);
  expect(ended.join(' ')).toBe('text text text text codes text text codes text text codes');
  expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
});

test('text without end does not keep a picture out', async () => {
  const bench = makeBench({ runner: { slots: 4 } });
  const texts = Array.from({ length: 200 }, () => bench.submit({ ...TEXT, maxNewTokens: 10 }));
  const { submitted, tokens } = await watch(bench, PICTURE);
  expect((tokens[0] as number) - submitted).toBeLessThan(60); // of 500
  expect(bench.engine.stats().textQueued).toBeGreaterThan(100);
  await Promise.all(texts);
});

test('whoever comes while another floods has its turn after one of theirs', async () => {
  const bench = makeBench({ runner: { slots: 1 } });
  const big = (caller: string) => textRequest(250, { caller, maxNewTokens: 2 });
  const ended: string[] = [];
  const run = (spec: EngineRequest) => bench.submit(spec).then(() => ended.push(spec.caller));
  const flooded = Array.from({ length: 6 }, () => run(big('a')));
  await Promise.all([...flooded, run(big('b')), run(big('c')), run(big('b'))]);
  expect(ended.join(' ')).toBe('a a b c a b a a a');
});

test('a caller who fills the queue keeps nobody else out: its last request is refused for another', async () => {
  const bench = makeBench({ queueLimit: 3, runner: { slots: 1 } });
  const flooded = Array.from({ length: 4 }, () => bench.submit({ ...TEXT, caller: 'a' }));
  const other = bench.submit(TEXT);
  expect((await flooded[3])?.error).toMatchObject({ reason: 'QUEUE_FULL', message: '3 requests wait, 3 may' });
  expect(() => bench.engine.submit({ ...TEXT, caller: 'a' })).toThrow('3 requests wait, 3 may');
  for (const { error } of await Promise.all([...flooded.slice(0, 3), other])) expect(error).toBeUndefined();
  expect(bench.leftovers()).toMatchObject({ ...NOTHING_LEFT, refused: 2 });
});
