import { expect, test } from 'vitest';
import { MatrixMemory } from './matrix-memory.ts';

test('a small matrix is made beside the one that is being written, a large one after it', async () => {
  const memory = new MatrixMemory(256);
  const order: string[] = [];
  let written = () => {};
  const first = await memory.take(64);
  memory.keepFor(
    new Promise<void>((resolve) => {
      written = resolve;
    })
  );
  const second = await memory.take(128);
  expect([first.byteOffset, second.byteOffset]).toEqual([0, 128]);
  memory.keepFor(Promise.resolve());
  const large = memory.take(129).then((bytes) => order.push(`taken ${bytes.byteOffset} ${bytes.byteLength}`));
  await new Promise(setImmediate);
  order.push('written');
  written();
  await large;
  expect(order).toEqual(['written', 'taken 0 129']);
});

test('a write that failed is told by the next matrix in its place, and at the end', async () => {
  const memory = new MatrixMemory(128);
  await memory.take(128);
  memory.keepFor(Promise.reject(new Error('no space')));
  await expect(memory.take(16)).rejects.toThrow('no space');
  await expect(memory.finish()).rejects.toThrow('no space');
});
