import { expect, test } from 'vitest';
import { openRuntime } from './open-runtime.ts';
import { runCall } from './run-call.ts';
import { ADD, productChain } from './testing/graphs.ts';

const runtime = openRuntime({ threads: 2 });
const SIZE = 256;

async function longCall() {
  const session = await runtime.createSession({ model: productChain(SIZE, 2000) });
  const call = session.newCall(['x', 'w'], ['y']);
  for (const name of ['x', 'w']) call.setInput(name, runtime.tensor('f32', [SIZE, SIZE]));
  call.setOutput('y', runtime.tensor('f32', [SIZE, SIZE]));
  return { session, call };
}

async function addCall() {
  const session = await runtime.createSession({ model: ADD });
  const call = session.newCall(['a', 'b'], ['y']);
  const y = runtime.tensor('f32', [1, 2]);
  call.setInput('a', runtime.tensor('f32', [1, 2], Float32Array.of(1, 2)));
  call.setInput('b', runtime.tensor('f32', [1, 2], Float32Array.of(10, 20)));
  call.setOutput('y', y);
  return { session, call, y };
}

test('an aborted signal stops the run and its reason is thrown; the call can run again', async () => {
  const { session, call } = await longCall();
  const controller = new AbortController();
  const run = runCall(call, controller.signal);
  setTimeout(() => controller.abort(new Error('enough')), 5);
  const start = performance.now();
  await expect(run).rejects.toThrow('enough');
  const stoppedAfterMs = performance.now() - start;
  await expect(runCall(call, new AbortController().signal)).resolves.toBeUndefined();
  expect(stoppedAfterMs).toBeLessThan(performance.now() - start - stoppedAfterMs);
  session.release();
});

test('a signal that is aborted already runs nothing', async () => {
  const { session, call, y } = await addCall();
  await expect(runCall(call, AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  expect([...y.data]).toEqual([0, 0]);
  session.release();
});

test('a failure that is not a cancellation is thrown as it is', async () => {
  const { session, call } = await addCall();
  call.setInput('b', runtime.tensor('f32', [3, 2]));
  call.setInput('a', runtime.tensor('f32', [2, 2]));
  await expect(runCall(call)).rejects.toMatchObject({ name: 'RuntimeError' });
  session.release();
});
