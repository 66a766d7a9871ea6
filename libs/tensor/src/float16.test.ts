import { expect, test } from 'vitest';
import { bf16ToF32, f16ToF32, widenToF32 } from './float16.ts';

test('halves have their IEEE values, subnormals and infinities included', () => {
  expect([0x3c00, 0xc000, 0x0001, 0x7c00, 0x7bff].map(f16ToF32)).toEqual([1, -2, 2 ** -24, Number.POSITIVE_INFINITY, 65_504]);
  expect(f16ToF32(0x7e00)).toBeNaN();
});

test('a bfloat16 is the upper half of a f32', () => {
  expect([0x3f80, 0xc000, 0x7f80].map(bf16ToF32)).toEqual([1, -2, Number.POSITIVE_INFINITY]);
});

test('widens stored halves also where they lie unaligned in a Buffer', () => {
  const out = new Float32Array(2);
  widenToF32('bf16', Buffer.from([0, 0x80, 0x3f, 0x00, 0xc0]).subarray(1), out);
  expect([...out]).toEqual([1, -2]);
  widenToF32('f16', Buffer.from([0, 0x00, 0x3c, 0x00, 0xc0]).subarray(1), out);
  expect([...out]).toEqual([1, -2]);
});

test('refuses lengths that disagree', () => {
  expect(() => widenToF32('f16', new Uint8Array(6), new Float32Array(2))).toThrow(RangeError);
});
