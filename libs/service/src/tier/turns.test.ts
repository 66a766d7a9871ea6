import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

test('runs jobs one at a time in the order they came', async () => {
  const turns = new Turns();
  const trace: string[] = [];
  const job = (name: string) => async () => {
    trace.push(`${name} starts`);
    await new Promise((resolve) => setImmediate(resolve));
    trace.push(`${name} ends`);
    return name;
  };
  const names = await Promise.all(['a', 'b', 'c'].map((name) => turns.take(job(name))));
  expect(names).toEqual(['a', 'b', 'c']);
  expect(trace).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  expect(turns.busy).toBe(false);
});

test('a job that fails gives the turn on', async () => {
  const turns = new Turns();
  const failed = turns.take(() => Promise.reject(new Error('broken')));
  const next = turns.take(async () => 'fine');
  await expect(failed).rejects.toThrow('broken');
  expect(await next).toBe('fine');
});

test('an aborted waiter leaves at once, while the job before it still runs, and never starts', async () => {
  const turns = new Turns();
  const { open, opened } = gate();
  const controller = new AbortController();
  let started = false;
  const first = turns.take(() => opened);
  const waiting = turns.take(async () => {
    started = true;
  }, controller.signal);
  controller.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  open();
  await first;
  expect(await turns.take(async () => 'next')).toBe('next');
  expect(started).toBe(false);
});

test('a job that comes aborted never starts', async () => {
  const turns = new Turns();
  await expect(turns.take(async () => 'ran', AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  expect(turns.busy).toBe(false);
});
