import { expect, test } from 'vitest';
import { openRuntime } from './open-runtime.ts';
import type { SessionSource } from './session.ts';
import { ADD, LINEAR, product, productChain } from './testing/graphs.ts';
import { trimMemory } from './trim-memory.ts';

const runtime = openRuntime({ threads: 2 });

const w = () => runtime.tensor('f32', [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6));
const bias = () => runtime.tensor('f32', [2], Float32Array.of(0.5, -0.5));

test('reads weights where they lie outside the model', async () => {
  const session = await runtime.createSession({
    model: LINEAR,
    weights: new Map([
      ['w', w()],
      ['bias', bias()]
    ])
  });
  const call = session.newCall(['x'], ['y']);
  const y = runtime.tensor('f32', [2, 2]);
  call.setInput('x', runtime.tensor('f32', [2, 3], Float32Array.of(1, 0, 0, 1, 1, 1)));
  call.setOutput('y', y);
  await call.run();
  expect([...y.data]).toEqual([1.5, 1.5, 9.5, 11.5]);
  session.release();
});

test('sessions keep one packed copy of a weight between them if they share a container', async () => {
  const size = 2048; // 16 MiB
  const weight = runtime.tensor('f32', [size, size], new Float32Array(size * size).fill(0.001));
  const weights = new Map([['w', weight]]);
  /** RSS that ten more sessions take, in copies of the weight. */
  const growth = async (source: Pick<SessionSource, 'prepacked'>) => {
    const model = product(size);
    const sessions = [await runtime.createSession({ model, weights, ...source })];
    trimMemory();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 10; i++) sessions.push(await runtime.createSession({ model, weights, ...source }));
    trimMemory();
    const after = process.memoryUsage.rss();
    for (const session of sessions) session.release();
    return (after - before) / (size * size * 4);
  };
  const prepacked = runtime.createPrepackedWeights();
  const shared = await growth({ prepacked });
  const separate = await growth({});
  // Ten copies against none; a copy or two made while loading may not be given back yet: resident memory is a noisy witness.
  expect(separate).toBeGreaterThan(6);
  expect(shared).toBeLessThan(4);
  for (const part of [prepacked, weight]) part.release();
});

test('two sessions of one container give the same values', async () => {
  const prepacked = runtime.createPrepackedWeights();
  const weights = new Map([
    ['w', w()],
    ['bias', bias()]
  ]);
  const sessions = [
    await runtime.createSession({ model: LINEAR, weights, prepacked }),
    await runtime.createSession({ model: LINEAR, weights, prepacked })
  ];
  prepacked.release(); // the sessions hold it
  for (const value of weights.values()) value.release();
  for (const session of sessions) {
    const call = session.newCall(['x'], ['y']);
    const y = runtime.tensor('f32', [1, 2]);
    call.setInput('x', runtime.tensor('f32', [1, 3], Float32Array.of(1, 1, 1)));
    call.setOutput('y', y);
    await call.run();
    expect([...y.data]).toEqual([9.5, 11.5]);
    session.release();
  }
});

test('is made off the event loop', async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const session = await runtime.createSession({ model: productChain(64, 3000) });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(2);
  session.release();
});

test('says that a weight of the graph was not given', async () => {
  await expect(runtime.createSession({ model: LINEAR, weights: new Map([['w', w()]]) })).rejects.toThrow(
    /not among the 1 given: .*initializer: bias/
  );
  await expect(runtime.createSession({ model: LINEAR })).rejects.toThrow(/not among the 0 given: .*initializer: w/);
});

test('refuses a weight the graph does not declare, or declares with other dims', async () => {
  const extra = new Map([
    ['w', w()],
    ['bias', bias()],
    ['more', bias()]
  ]);
  await expect(runtime.createSession({ model: LINEAR, weights: extra })).rejects.toThrow(/existing initializer with name more/);
  const turned = new Map([
    ['w', runtime.tensor('f32', [2, 3])],
    ['bias', bias()]
  ]);
  await expect(runtime.createSession({ model: LINEAR, weights: turned })).rejects.toThrow(/dimensions do not match/);
});

test('passes on what ONNX Runtime says of bytes that are no model and of operators it does not know', async () => {
  await expect(runtime.createSession({ model: Buffer.from('no model at all') })).rejects.toMatchObject({
    name: 'RuntimeError',
    code: 7,
    message: expect.stringContaining('protobuf parsing failed')
  });
  const unknown = Buffer.from(ADD).toString('latin1').replace('Add', 'Abd');
  await expect(runtime.createSession({ model: Buffer.from(unknown, 'latin1') })).rejects.toThrow(/Abd/);
});

test('a released weight is refused, and a failed creation keeps nothing', async () => {
  const weight = w();
  await expect(runtime.createSession({ model: LINEAR, weights: new Map([['w', weight]]) })).rejects.toThrow();
  weight.release();
  await expect(runtime.createSession({ model: LINEAR, weights: new Map([['w', weight]]) })).rejects.toMatchObject({ code: 'RELEASED' });
});

test('releasing it ends its calls; a run under way finishes first', async () => {
  const session = await runtime.createSession({ model: productChain(512, 30) });
  const call = session.newCall(['x', 'w'], ['y']);
  const ones = runtime.tensor('f32', [512, 512], new Float32Array(512 * 512));
  const y = runtime.tensor('f32', [512, 512], new Float32Array(512 * 512).fill(1));
  call.setInput('x', ones);
  call.setInput('w', ones);
  call.setOutput('y', y);
  const run = call.run();
  session.release();
  session.release();
  await run;
  expect(y.data.every((value) => value === 0)).toBe(true);
  await expect(call.run()).rejects.toMatchObject({ code: 'RELEASED' });
  expect(() => session.newCall(['x'], ['y'])).toThrow('session was used after it was released');
});

test('two hundred sessions with values and runs leave no memory behind', async () => {
  const round = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const weights = new Map([
        ['w', w()],
        ['bias', bias()]
      ]);
      const prepacked = runtime.createPrepackedWeights();
      const session = await runtime.createSession({ model: LINEAR, weights, prepacked });
      const call = session.newCall(['x'], ['y']);
      const [x, y] = [runtime.tensor('f32', [256, 3]), runtime.tensor('f32', [256, 2])];
      call.setInput('x', x);
      call.setOutput('y', y);
      await call.run();
      for (const part of [x, y, session, prepacked, ...weights.values()]) part.release();
    }
  };
  await round(50);
  const before = process.memoryUsage.rss();
  await round(200);
  expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(40);
});
