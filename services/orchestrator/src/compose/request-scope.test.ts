import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { RequestScope } from './request-scope.ts';

const NEVER = new AbortController().signal;

test('ends all work when a part fails, and keeps the first failure as the cause of what follows', async () => {
  const scope = new RequestScope(NEVER);
  scope.run(Promise.reject(new Error('first')));
  await Promise.resolve();
  await Promise.resolve();
  scope.fail(new Error('second'));
  expect(scope.signal.aborted).toBe(true);
  expect(scope.causeOf(new Error('aborted'))).toEqual(new Error('first'));
});

test('ends all work when the caller goes; the error seen is the cause then', () => {
  const caller = new AbortController();
  const scope = new RequestScope(caller.signal);
  caller.abort();
  const seen = new Error('cancelled');
  expect(scope.signal.aborted).toBe(true);
  expect(scope.causeOf(seen)).toBe(seen);
});

test('closing ends the work and waits for it', async () => {
  const scope = new RequestScope(NEVER);
  let isDone = false;
  const work = new Promise<void>((resolve) => {
    scope.signal.addEventListener('abort', () => setImmediate(resolve));
  });
  scope.run(
    work.then(() => {
      isDone = true;
    })
  );
  await scope.close();
  expect(isDone).toBe(true);
});

test('sixteen calls may listen to the signal: Node warns of no leak', async () => {
  const onWarning = vi.fn();
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const { signal } = new RequestScope(NEVER);
  for (let call = 0; call < 16; call++) signal.addEventListener('abort', () => call);
  await turn();
  expect(onWarning).not.toHaveBeenCalled();
});
