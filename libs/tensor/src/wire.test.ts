import { expect, test } from 'vitest';
import { bytesOf, f32View } from './wire.ts';

const values = Float32Array.of(1.5, -2, 3e30);

test('views aligned bytes in place', () => {
  expect(f32View(bytesOf(values)).buffer).toBe(values.buffer);
});

test.each([
  ['an array', (size: number) => new Uint8Array(size)],
  ['a Buffer', (size: number) => Buffer.alloc(size)]
])('copies bytes that are not aligned, out of %s', (_, make) => {
  const message = make(1 + values.byteLength);
  message.set(bytesOf(values), 1);
  const unaligned = message.subarray(1);
  expect(f32View(unaligned)).toEqual(values);
});

test('refuses bytes that are no whole values', () => {
  expect(() => f32View(new Uint8Array(7))).toThrow(new RangeError('7 bytes are no whole f32 values'));
});
