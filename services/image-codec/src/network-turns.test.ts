import { expect, test } from 'vitest';
import { NetworkTurns } from './network-turns.ts';

const never = new AbortController().signal;

test('where both kinds wait, they take turns; each kind in the order it came; never two at a time', async () => {
  const turns = new NetworkTurns();
  const order: string[] = [];
  let running = 0;
  const job = (name: string) => async () => {
    order.push(name);
    expect(++running).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return name;
  };
  const decodes = ['decode 1', 'decode 2', 'decode 3', 'decode 4'].map((name) => turns.decode(job(name), never));
  const encodes = ['encode 1', 'encode 2'].map((name) => turns.encode(job(name), never));
  expect(await Promise.all([...decodes, ...encodes])).toHaveLength(6);
  expect(order).toEqual(['decode 1', 'encode 1', 'decode 2', 'encode 2', 'decode 3', 'decode 4']);
});

test('a job that is given up while it waits never starts, and those behind it move up', async () => {
  const turns = new NetworkTurns();
  const order: string[] = [];
  const job = (name: string) => async () => void order.push(name);
  let end = () => {};
  const held = new Promise<void>((resolve) => {
    end = resolve;
  });
  const running = turns.decode(() => held, never);
  const controller = new AbortController();
  const givenUp = turns.decode(job('given up'), controller.signal);
  const rest = [turns.decode(job('next decode'), never), turns.encode(job('encode'), never)];
  controller.abort(new Error('gone'));
  await expect(givenUp).rejects.toThrow('gone');
  end();
  await Promise.all([running, ...rest]);
  expect(order).toEqual(['encode', 'next decode']);
});
