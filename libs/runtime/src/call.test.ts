import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRuntime } from './open-runtime.ts';
import type { Session } from './session.ts';
import { ADD, productChain } from './testing/graphs.ts';
import { tinyModel } from './testing/tiny-model.ts';
import type { Value } from './value.ts';

const runtime = openRuntime({ threads: 2 });
let add: Session;

beforeEach(async () => {
  add = await runtime.createSession({ model: ADD });
});
afterEach(() => add.release());

const pair = (a: number, b: number) => runtime.tensor('f32', [1, 2], Float32Array.of(a, b));

async function longRun(length: number) {
  const session = await runtime.createSession({ model: productChain(512, length) });
  const call = session.newCall(['x', 'w'], ['y']);
  const w = runtime.tensor('f32', [512, 512]);
  for (let i = 0; i < 512; i++) w.data[i * 513] = 1;
  const x = runtime.tensor('f32', [512, 512], new Float32Array(512 * 512).fill(3));
  const y = runtime.tensor('f32', [512, 512]);
  call.setInput('x', x);
  call.setInput('w', w);
  call.setOutput('y', y);
  return { session, call, y };
}

test('writes the result to the bound output', async () => {
  const call = add.newCall(['a', 'b'], ['y']);
  const y = runtime.tensor('f32', [1, 2]);
  call.setInput('a', pair(1, 2));
  call.setInput(1, pair(10, 20));
  call.setOutput(0, y);
  await call.run();
  expect([...y.data]).toEqual([11, 22]);
});

test('sees what is written into a bound value between two runs, and values bound in its place', async () => {
  const call = add.newCall(['a', 'b'], ['y']);
  const [a, y] = [pair(1, 2), pair(0, 0)];
  call.setInput('a', a);
  call.setInput('b', pair(1, 1));
  call.setOutput('y', y);
  await call.run();
  a.data[0] = 5;
  call.setInput('b', pair(100, 100));
  await call.run();
  expect([...y.data]).toEqual([105, 102]);
});

test('runs over any number of rows, none included', async () => {
  const call = add.newCall(['a', 'b'], ['y']);
  for (const rows of [3, 0, 1]) {
    const data = Float32Array.from({ length: rows * 2 }, (_, i) => i);
    const y = runtime.tensor('f32', [rows, 2]);
    call.setInput('a', runtime.tensor('f32', [rows, 2], data));
    call.setInput('b', runtime.tensor('f32', [rows, 2], data));
    call.setOutput('y', y);
    await call.run();
    expect([...y.data]).toEqual([...data].map((value) => value * 2));
  }
});

test('updates a value in place that is bound as input and as output', async () => {
  const call = add.newCall(['a', 'b'], ['y']);
  const sum = pair(0, 1);
  call.setInput('a', sum);
  call.setInput('b', pair(1, 1));
  call.setOutput('y', sum);
  for (let i = 0; i < 3; i++) await call.run();
  expect([...sum.data]).toEqual([3, 4]);
});

test('leaves the event loop free while a long run goes', async () => {
  const { session, call, y } = await longRun(100);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  await call.run();
  clearInterval(timer);
  expect(y.data[1000]).toBe(3);
  expect(ticks).toBeGreaterThan(2); // a blocked loop gets none
  session.release();
});

test('ends a cancelled run with the words of ONNX Runtime, and runs again afterwards', async () => {
  const { session, call, y } = await longRun(1000);
  const run = call.run();
  setTimeout(() => call.cancel(), 20);
  await expect(run).rejects.toMatchObject({ code: 'CANCELLED', message: expect.stringContaining('terminate flag') });
  y.data.fill(0);
  await call.run();
  expect(y.data[1000]).toBe(3);
  session.release();
});

test('takes no notice of a cancel while nothing runs', async () => {
  const call = add.newCall(['a', 'b'], ['y']);
  const y = pair(0, 0);
  call.setInput('a', y);
  call.setInput('b', pair(1, 1));
  call.setOutput('y', y);
  call.cancel();
  await call.run();
  expect([...y.data]).toEqual([1, 1]);
});

test('refuses a second run and new values while a run goes', async () => {
  const { session, call, y } = await longRun(50);
  const run = call.run();
  await expect(call.run()).rejects.toMatchObject({ code: 'BUSY' });
  expect(() => call.setInput('x', y)).toThrow(/running/);
  await run;
  expect(y.data[0]).toBe(3);
  session.release();
});

test('two calls of one session run at the same time', async () => {
  const results = await Promise.all(
    [1, 2, 3, 4, 5].map(async (value) => {
      const call = add.newCall(['a', 'b'], ['y']);
      const y = pair(0, 0);
      call.setInput('a', pair(value, value));
      call.setInput('b', pair(value, 0));
      call.setOutput('y', y);
      await call.run();
      return [...y.data];
    })
  );
  expect(results).toEqual([1, 2, 3, 4, 5].map((value) => [2 * value, value]));
});

test('keeps the memory of what it made on the way for the next run, unless it is told to free it', async () => {
  expect(await keptMegabytes(await chain(), { freesScratch: true })).toBeLessThan(48);
  expect(await keptMegabytes(await chain())).toBeGreaterThan(96);
});

test('sessions that share it keep that memory once, and free it when told to', async () => {
  const [first, second] = [await chain({ sharesScratch: true }), await chain({ sharesScratch: true })];
  expect(await keptMegabytes(first)).toBeGreaterThan(96);
  expect(await keptMegabytes(second)).toBeLessThan(16);
  expect(await keptMegabytes(second, { freesScratch: true })).toBeLessThan(-60);
});

test('names the input or output that has no value', async () => {
  const call = add.newCall(['a', 'b'], ['y']);
  call.setInput('a', pair(1, 2));
  await expect(call.run()).rejects.toMatchObject({ code: 'ARGUMENT', message: 'input "b" has no value' });
  call.setInput('b', pair(1, 2));
  await expect(call.run()).rejects.toThrow('output "y" has no value');
  expect(() => call.setInput('c', pair(1, 2))).toThrow('the call has no input "c" among its 2');
  expect(() => call.setOutput(1, pair(1, 2))).toThrow('the call has no output 1 among its 1');
});

test('passes on what ONNX Runtime says of a wrong shape, type or name', async () => {
  const call = add.newCall(['a', 'b'], ['y']);
  call.setInput('a', pair(1, 2));
  call.setInput('b', runtime.tensor('f32', [1, 3]));
  call.setOutput('y', pair(0, 0));
  await expect(call.run()).rejects.toMatchObject({
    code: 2,
    message: expect.stringMatching(/invalid dimensions for input: b.*Got: 3 Expected: 2/s)
  });
  call.setInput('b', runtime.tensor('i32', [1, 2]));
  await expect(call.run()).rejects.toThrow(/Unexpected input data type/);
  call.setInput('b', pair(0, 0));
  call.setOutput('y', runtime.tensor('f32', [2, 2]));
  await expect(call.run()).rejects.toThrow(/'y'.*has shape \{2,2\} but the computed output shape for this run is \{1,2\}/);

  const misnamed = add.newCall(['a', 'z'], ['y']);
  misnamed.setInput('a', pair(1, 2));
  misnamed.setInput('z', pair(1, 2));
  misnamed.setOutput('y', pair(1, 2));
  await expect(misnamed.run()).rejects.toThrow(/Invalid input name: z/);
});

test('keeps what is bound to it alive after its release', async () => {
  const call = add.newCall(['a', 'b'], ['y']);
  const [a, y] = [pair(1, 2), pair(0, 0)];
  call.setInput('a', a);
  call.setInput('b', a);
  call.setOutput('y', y);
  a.release();
  await call.run();
  expect([...y.data]).toEqual([2, 4]);
  expect(() => call.setInput('a', a)).toThrow('value f32 [1,2] was used after it was released');
});

test('can be released twice, during a run too, and is refused afterwards', async () => {
  const { session, call, y } = await longRun(30);
  const run = call.run();
  call.release();
  call.release();
  await run;
  expect(y.data[7]).toBe(3);
  await expect(call.run()).rejects.toMatchObject({ code: 'RELEASED', message: 'call was used after it was released' });
  expect(() => call.setInput('x', y)).toThrow(/released/);
  session.release();
});

/** Twice to five times a, 32 MB each, all of them there at the same time; ONNX Runtime keeps the first memory it took in any case. */
function chain(options: { sharesScratch?: boolean } = {}): Promise<Session> {
  const sum = (a: string, b: string, output: string) => ({ op: 'Add', inputs: [a, b], output });
  const model = tinyModel({
    inputs: { a: ['n', 2] },
    outputs: { y: ['n', 2] },
    nodes: [
      ...[sum('a', 'a', '2a'), sum('2a', 'a', '3a'), sum('3a', 'a', '4a'), sum('4a', 'a', '5a')],
      ...[sum('2a', '3a', 's'), sum('s', '4a', 't'), sum('t', '5a', 'y')]
    ]
  });
  return runtime.createSession({ model, ...options });
}

let values: [Value<'f32'>, Value<'f32'>] | undefined;
function chainValues(): [Value<'f32'>, Value<'f32'>] {
  const ones = () => runtime.tensor('f32', [2 ** 22, 2], new Float32Array(2 ** 23).fill(1));
  values ??= [ones(), ones()];
  return values;
}

/** By how much the process is bigger after a run of the chain. */
async function keptMegabytes(session: Session, options: { freesScratch?: boolean } = {}): Promise<number> {
  const [a, y] = chainValues();
  const call = session.newCall(['a'], ['y'], options);
  call.setInput('a', a);
  call.setOutput('y', y);
  const before = process.memoryUsage.rss();
  await call.run();
  const after = process.memoryUsage.rss();
  expect(y.data[1]).toBe(14);
  return (after - before) / 2 ** 20;
}
