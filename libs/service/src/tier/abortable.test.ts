import { expect, test } from 'vitest';
import { abortable } from './abortable.ts';

test('passes on what the promise comes to', async () => {
  const { signal } = new AbortController();
  expect(await abortable(Promise.resolve(3), signal)).toBe(3);
  await expect(abortable(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
});

test('an abort ends the wait at once, whatever becomes of the promise', async () => {
  const controller = new AbortController();
  let fail = (_: Error) => {};
  const slow = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const waiting = abortable(slow, controller.signal);
  controller.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  fail(new Error('too late'));
  await expect(abortable(Promise.resolve(3), controller.signal)).rejects.toThrow('gone');
});
