import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { interruptible } from './interruptible.ts';

test('Ctrl-C tells the work to stop, and is what it ended with, whether it fails or returns', async () => {
  const stopped = expect.objectContaining({ kind: 'interrupted', message: 'stopped by Ctrl-C' });
  const failing = interruptible((signal) => sleep(60_000, undefined, { signal }));
  process.emit('SIGINT');
  await expect(failing).rejects.toEqual(stopped);
  const returning = interruptible((signal) => new Promise((settle) => signal.addEventListener('abort', settle)));
  process.emit('SIGINT');
  await expect(returning).rejects.toEqual(stopped);
});

test('work that is not interrupted gives its result or its own error', async () => {
  expect(await interruptible(async () => 7)).toBe(7);
  await expect(interruptible(() => Promise.reject(new Error('own')))).rejects.toThrow('own');
  expect(process.listenerCount('SIGINT')).toBe(0);
});
