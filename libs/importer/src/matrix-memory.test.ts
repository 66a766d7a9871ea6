import { expect, test } from 'vitest';
import { MatrixMemory } from './matrix-memory.ts';

/** A write that ends when it is told to. */
function pending(): { written: Promise<void>; end: () => void } {
  let end = () => {};
  const written = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { written, end };
}

test('matrices are made one behind the other, and from the start again where the next does not fit', async () => {
  const memory = new MatrixMemory(256);
  const first = await memory.take(65);
  memory.keepFor(first, Promise.resolve());
  const second = await memory.take(64);
  memory.keepFor(second, Promise.resolve());
  const third = await memory.take(65);
  expect([first, second, third].map(({ byteOffset, byteLength }) => [byteOffset, byteLength])).toEqual([
    [0, 65],
    [128, 64],
    [0, 65]
  ]);
});

test('a matrix waits for what lies in its place, and for nothing else', async () => {
  const memory = new MatrixMemory(256);
  const order: string[] = [];
  const [start, middle, end] = [pending(), pending(), pending()];
  const whole = await memory.take(256);
  memory.keepFor(whole.subarray(0, 64), start.written);
  memory.keepFor(whole.subarray(64, 192), middle.written);
  memory.keepFor(whole.subarray(192), end.written);
  const next = memory.take(128).then(({ byteOffset }) => order.push(`taken at ${byteOffset}`));
  start.end();
  await new Promise(setImmediate);
  order.push('written to 192');
  middle.end();
  await next;
  expect(order).toEqual(['written to 192', 'taken at 0']);

  const large = memory.take(256).then(() => order.push('taken whole'));
  await new Promise(setImmediate);
  order.push('all written');
  end.end();
  await large;
  expect(order.slice(2)).toEqual(['all written', 'taken whole']);
});

test('a write that failed is told by the next matrix in its place, and at the end', async () => {
  const memory = new MatrixMemory(128);
  memory.keepFor(await memory.take(128), Promise.reject(new Error('no space')));
  await expect(memory.take(16)).rejects.toThrow('no space');
  await expect(memory.finish()).rejects.toThrow('no space');
});
