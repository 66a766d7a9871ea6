import { expect, test } from 'vitest';
import { bf16ToF32, f16ToF32, narrowToF16, widenToF32 } from './float16.ts';

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

test('every half is narrowed to itself', () => {
  const finite = Array.from({ length: 65_536 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00);
  expect([...narrowToF16(Float32Array.from(finite, f16ToF32))]).toEqual(finite);
});

test('what lies between halves goes to the nearest, ties to even, and too large values become infinite', () => {
  const values = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20, 65_519, 65_520, -1e9, 2 ** -25, Number.NaN);
  expect([...narrowToF16(values)]).toEqual([0x3c00, 0x3c02, 0x3c01, 0x7bff, 0x7c00, 0xfc00, 0, 0x7e00]);
});

test('refuses lengths that disagree', () => {
  expect(() => widenToF32('f16', new Uint8Array(6), new Float32Array(2))).toThrow(RangeError);
});
