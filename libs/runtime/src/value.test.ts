import { expect, test } from 'vitest';
import { openRuntime } from './open-runtime.ts';

const runtime = openRuntime({ threads: 1 });

test('without data it is filled with zeros, in the array type of its dtype', () => {
  expect(runtime.tensor('i64', [2, 2]).data).toEqual(BigInt64Array.of(0n, 0n, 0n, 0n));
  expect(runtime.tensor('f16', [3]).data).toEqual(new Uint16Array(3));
  expect(runtime.tensor('bool', []).data).toEqual(Uint8Array.of(0));
});

test('uses the given array itself, a part of a bigger one too', () => {
  const whole = Float32Array.of(0, 1, 2, 3, 4, 5);
  const part = whole.subarray(2, 6);
  const value = runtime.tensor('f32', [2, 2], part);
  whole[2] = 7;
  expect(value.data).toBe(part);
  expect(value.data[0]).toBe(7);
  expect([value.dtype, value.dims]).toEqual(['f32', [2, 2]]);
});

test('refuses an array of another length or type, and dims that are none', () => {
  expect(() => runtime.tensor('f32', [2, 3], new Float32Array(5))).toThrow('tensor f32 [2,3] has 6 elements, the array 5');
  const doubles: unknown = new Float64Array(6);
  expect(() => runtime.tensor('f32', [2, 3], doubles as Float32Array)).toThrow('tensor f32 [2,3] wants a Float32Array, not a Float64Array');
  expect(() => runtime.tensor('f32', [2, -3], new Float32Array(6))).toThrow('tensor f32 [2,-3]: a dim must be a whole number from 0');
});

test('memory of a big one costs nothing before it is written', () => {
  const before = process.memoryUsage.rss();
  const value = runtime.tensor('f32', [1, 16, 4096, 1024]); // 256 MiB
  expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(64);
  value.release();
});

test('can be released twice; its data is refused afterwards', () => {
  const value = runtime.tensor('i32', [2]);
  value.release();
  value.release();
  expect(value.isReleased).toBe(true);
  expect(() => value.data).toThrow('value i32 [2] was used after it was released');
});

test('has no array where it was given by address', () => {
  const owner = Int32Array.of(1, 2);
  const value = runtime.tensorAt('i32', [2], 4096n, owner);
  expect(() => value.data).toThrow('value i32 [2] lies over memory given by its address: it has no array');
  value.release();
});
