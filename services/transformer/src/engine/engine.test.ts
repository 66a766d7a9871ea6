import { describe, expect, test } from 'vitest';
import { PREFILL_CHUNK } from './chunk-grid.ts';
import { makeBench, NOTHING_LEFT, pictureRequest, receive, textRequest } from './testing/test-bench.ts';

describe('steps', () => {
  test('a prompt goes in chunks of the grid, then one token a step; the last token is never run', async () => {
    const bench = makeBench();
    const { ids } = await bench.submit(textRequest(98, { maxNewTokens: 3 }));
    expect(bench.runner.steps).toEqual(['0 0+48', '0 48+48', '0 96+2 last', '0 98+1 last', '0 99+1 last']);
    expect(ids[0]).toHaveLength(3);
    expect(bench.leftovers()).toMatchObject({ ...NOTHING_LEFT, steps: 5, stepTokens: 100 });
  });

  test.each([
    [1, ['0 0+1 last']],
    [49, ['0 0+47', '0 47+2 last']],
    [97, ['0 0+48', '0 48+47', '0 95+2 last']]
  ])('a prompt of %i tokens never leaves a chunk of one behind', async (length, steps) => {
    const bench = makeBench();
    await bench.submit(textRequest(length, { maxNewTokens: 1 }));
    expect(bench.runner.steps).toEqual(steps);
  });

  test('requests that come together share their steps', async () => {
    const bench = makeBench();
    await Promise.all([bench.submit(textRequest(5)), bench.submit(textRequest(7)), bench.submit(textRequest(2, { maxNewTokens: 1 }))]);
    expect(bench.runner.steps).toEqual(['0 0+5 last | 1 0+7 last | 2 0+2 last', '0 5+1 last | 1 7+1 last', '0 6+1 last | 1 8+1 last']);
  });

  test('a request that comes while others decode joins the next step, its chunk beside their tokens', async () => {
    const bench = makeBench();
    let late: ReturnType<typeof bench.submit> | undefined;
    bench.runner.during(2, () => {
      late = bench.submit(textRequest(54, { maxNewTokens: 2 }));
    });
    await bench.submit(textRequest(4, { maxNewTokens: 6 }));
    await late;
    expect(bench.runner.steps).toEqual([
      '0 0+4 last',
      '0 4+1 last',
      '0 5+1 last',
      '0 6+1 last | 1 0+48',
      '0 7+1 last | 1 48+6 last',
      '0 8+1 last | 1 54+1 last'
    ]);
  });

  test('decodes go first, and a step brings only so many prompt tokens beside them', async () => {
    const bench = makeBench({ prefillTokens: 48 });
    await Promise.all([
      bench.submit(textRequest(3, { maxNewTokens: 4 })),
      bench.submit(textRequest(45, { maxNewTokens: 1 })),
      bench.submit(textRequest(10, { maxNewTokens: 1 }))
    ]);
    expect(bench.runner.steps).toEqual(['0 0+3 last | 1 0+45 last', '0 3+1 last | 2 0+10 last', '0 4+1 last', '0 5+1 last']);
  });

  test('nobody overtakes in prefill: a small prompt waits behind the chunks of a big one', async () => {
    const bench = makeBench({ prefillTokens: PREFILL_CHUNK });
    await Promise.all([bench.submit(textRequest(96, { maxNewTokens: 1 })), bench.submit(textRequest(5, { maxNewTokens: 1 }))]);
    expect(bench.runner.steps).toEqual(['0 0+48', '0 48+48 last', '1 0+5 last']);
  });

  test('nothing runs while there is nothing to do', async () => {
    const bench = makeBench();
    await bench.engine.idle();
    await bench.submit(textRequest(2, { maxNewTokens: 1 }));
    await bench.engine.idle();
    expect(bench.runner.steps).toHaveLength(1);
    expect(bench.clock.pending).toBe(0);
  });
});

describe('guidance pairs', () => {
  test('both rows move together and take the same token', async () => {
    const bench = makeBench();
    const { ids } = await bench.submit(pictureRequest(5, 5, { maxNewTokens: 2 }));
    expect(bench.runner.steps).toEqual(['0 0+5 last | 1 0+5 last', '0 5+1 last | 1 5+1 last']);
    expect(ids[0]).toHaveLength(2);
  });

  test('prompts of different lengths: the shorter one keeps its last chunk until the other has come to its own', async () => {
    const bench = makeBench();
    await bench.submit(pictureRequest(152, 54, { maxNewTokens: 2 }));
    expect(bench.runner.steps).toEqual([
      '0 0+48 | 1 0+48',
      '0 48+48',
      '0 96+40',
      '0 136+16 last | 1 48+6 last',
      '0 152+1 last | 1 54+1 last'
    ]);
  });

  test('weight 1 needs no second row, and gives what the conditional row alone gives', async () => {
    const bench = makeBench();
    const guided = await bench.submit(pictureRequest(5, 9, { guidanceWeight: 1 }));
    const alone = await bench.submit(textRequest(5, { head: 'codes' }));
    expect(bench.runner.steps[0]).toBe('0 0+5 last');
    expect(guided.hashes).toEqual(alone.hashes);
  });

  test('a guided token is drawn from the blend, not from the conditional row', async () => {
    const bench = makeBench();
    const guided = await bench.submit(pictureRequest(5, 9, { maxNewTokens: 8 }));
    const alone = await bench.submit(textRequest(5, { head: 'codes', maxNewTokens: 8 }));
    expect(guided.hashes[0]?.[0]).not.toBe(alone.hashes[0]?.[0]);
    expect(guided.ids).not.toEqual(alone.ids);
  });
});

describe('samples', () => {
  test('each is a group of its own, drawn with seed + i: the second equals the first of the next seed', async () => {
    const bench = makeBench();
    const sampling = { temperature: 1, topK: 0, topP: 1 };
    const three = await bench.submit(pictureRequest(4, 4, { samples: 3, seed: 2n ** 64n - 1n, sampling, maxNewTokens: 6 }));
    const second = await bench.submit(pictureRequest(4, 4, { seed: 0n, sampling, maxNewTokens: 6 }));
    expect(three.ids[1]).toEqual(second.ids[0]);
    expect(three.ids[0]).not.toEqual(three.ids[1]);
    expect(three.events.filter((event) => event.kind === 'finished')).toEqual(
      [0, 1, 2].map((sample) => ({ kind: 'finished', sample, reason: 'length', promptTokens: 4, newTokens: 6 }))
    );
  });

  test('more samples than fit run one after another, in order', async () => {
    const bench = makeBench({ runner: { slots: 4 } });
    const { events } = await bench.submit(pictureRequest(3, 3, { samples: 5, maxNewTokens: 2 }));
    expect(events.flatMap((event) => (event.kind === 'finished' ? [event.sample] : []))).toEqual([0, 1, 2, 3, 4]);
    expect(bench.runner.steps).toEqual([
      '0 0+3 last | 1 0+3 last', // the prompt, for all of them
      '0 3+1 last | 1 3+1 last | 2 3+1 last | 3 3+1 last',
      '0 3+1 last | 1 3+1 last | 2 3+1 last | 3 3+1 last',
      '0 3+1 last | 1 3+1 last'
    ]);
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });
});

describe('ends', () => {
  test('a stop id ends the sample and is sent', async () => {
    const bench = makeBench();
    const free = await bench.submit(textRequest(6, { maxNewTokens: 5 }));
    const stop = free.ids[0]?.[2] as number;
    const stopped = await bench.submit(textRequest(6, { maxNewTokens: 5, stopIds: new Set([stop]) }));
    expect(stopped.ids[0]).toEqual(free.ids[0]?.slice(0, 3));
    expect(stopped.events.at(-1)).toEqual({ kind: 'finished', sample: 0, reason: 'stop', promptTokens: 6, newTokens: 3 });
  });

  test('forced ids are taken instead of drawn ones, then drawing goes on at the right position', async () => {
    const bench = makeBench();
    const sampling = { temperature: 1, topK: 0, topP: 1 };
    const free = await bench.submit(textRequest(6, { maxNewTokens: 8, sampling, seed: 5n }));
    const ids = free.ids[0] ?? [];
    const resumed = await bench.submit(textRequest(6, { maxNewTokens: 8, sampling, seed: 5n, forcedIds: ids.slice(0, 4) }));
    expect(resumed.hashes).toEqual(free.hashes);
    const other = await bench.submit(textRequest(6, { maxNewTokens: 2, forcedIds: [11, 12] }));
    expect(other.ids[0]).toEqual([11, 12]);
  });

  test('logits without a finite maximum end the request, and nobody else', async () => {
    const bench = makeBench({ runner: { vocabulary: { text: 0, codes: 40 } } });
    const [bad, good] = await Promise.all([bench.submit(textRequest(3)), bench.submit(textRequest(3, { head: 'codes' }))]);
    expect(bad.error).toMatchObject({ reason: 'LOGITS_NOT_FINITE' });
    expect(good.ids[0]).toHaveLength(3);
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });

  test('a step that fails ends the requests it held with its words, and the engine goes on', async () => {
    const bench = makeBench();
    bench.runner.during(1, () => {
      throw new Error('the kernel said no');
    });
    const failed = await Promise.all([bench.submit(textRequest(3)), bench.submit(pictureRequest(4, 4))]);
    for (const { error } of failed) expect(error).toMatchObject({ reason: 'STEP_FAILED', message: 'a step failed: the kernel said no' });
    const { ids } = await bench.submit(textRequest(3));
    expect(ids[0]).toHaveLength(3);
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });

  test('a closed engine has ended every request, waiting or running, and takes no more', async () => {
    const bench = makeBench({ runner: { slots: 1 } });
    const both = [bench.submit(textRequest(3, { maxNewTokens: 50 })), bench.submit(textRequest(3))];
    bench.runner.during(2, () => {
      void bench.engine.close();
    });
    for (const { error } of await Promise.all(both)) expect(error).toMatchObject({ reason: 'SHUTTING_DOWN' });
    await bench.engine.close();
    expect(bench.runner.steps).toHaveLength(3);
    expect(() => bench.engine.submit(textRequest(3))).toThrow('the engine is closed');
    expect(bench.leftovers()).toMatchObject(NOTHING_LEFT);
  });
});

test('at the positions asked for, of each sample, the hash is that of the logits the token was drawn from', async () => {
  const bench = makeBench();
  const spec = { samples: 2, maxNewTokens: 6, sampling: { temperature: 1, topK: 0, topP: 1 } };
  const all = await bench.submit(pictureRequest(5, 5, spec));
  const output = { kind: 'tokens', hashes: false, hashPositions: [0, 3, 5, 70] } as const;
  const some = await bench.submit(pictureRequest(5, 5, { ...spec, output }));
  const of = (wanted: number) =>
    some.events.flatMap((event) => (event.kind === 'tokens' && event.sample === wanted ? event.positionHashes : []));
  for (const sample of [0, 1]) {
    expect(of(sample)).toEqual([0, 3, 5].map((position) => ({ position, hash: all.hashes[sample]?.[position] })));
  }
  expect(some.hashes).toEqual([[], []]);
});

test('a reader that is not there yet loses nothing and holds nobody up', async () => {
  const bench = makeBench();
  const handle = bench.engine.submit(textRequest(5, { maxNewTokens: 30 }));
  const other = await bench.submit(textRequest(5, { maxNewTokens: 30 }));
  await bench.engine.idle();
  expect(bench.engine.stats().kvBytesUsed).toBe(0);
  const late = await receive(handle);
  expect(late.ids).toEqual(other.ids);
  expect(late.hashes).toEqual(other.hashes);
  expect(late.events.map((event) => event.kind)).toEqual(['admitted', 'tokens', 'finished']);
});
