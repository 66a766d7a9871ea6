import { describe, expect, test } from 'vitest';
import { quantizeBlocks4, quantizeRows8, restoreBlocks4, restoreRows8, roundRows8 } from './quantize.ts';

/** Values that look like weights, the same each time. */
function weights(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898) * Math.cos(i * 0.37) * (1 + (i % 7)));
}

function rows8(rows: Float32Array, length: number) {
  const out = { values: new Int8Array(rows.length), scales: new Float32Array(rows.length / length) };
  quantizeRows8(rows, length, out);
  return out;
}

function blocks4(rows: Float32Array, length: number) {
  const out = { packed: new Uint8Array(rows.length / 2), scales: new Float32Array(rows.length / length) };
  quantizeBlocks4(rows, length, out);
  return out;
}

describe('rows of int8', () => {
  test('have the largest magnitude at 127, and the nearest integer for the others', () => {
    const { values, scales } = rows8(Float32Array.of(1, -2, 0.5, 0, /**/ 254, 3, -3, 1), 4);
    expect([...values]).toEqual([64, -127, 32, 0, 127, 2, -1, 1]);
    expect([...scales]).toEqual([Math.fround(2 / 127), 2]);
  });

  test('are off by half a step at most', () => {
    const rows = weights(64 * 48);
    const quantized = rows8(rows, 48);
    const restored = new Float32Array(rows.length);
    restoreRows8(quantized, 48, restored);
    for (const [i, value] of rows.entries())
      expect(Math.abs(value - (restored[i] as number))).toBeLessThanOrEqual((quantized.scales[Math.floor(i / 48)] as number) * 0.5001);
  });

  test('are rounded at once to what they are when quantised and put back', () => {
    const rows = weights(9 * 47).fill(0, 47, 2 * 47);
    const restored = new Float32Array(rows.length);
    restoreRows8(rows8(rows, 47), 47, restored);
    const rounded = new Float32Array(rows.length);
    roundRows8(rows, 47, rounded);
    expect(rounded).toEqual(restored);
  });

  test('of zeros are zeros with scale 0', () => {
    expect(rows8(new Float32Array(4), 2)).toEqual({ values: new Int8Array(4), scales: new Float32Array(2) });
  });
});

describe.each([32, 128])('blocks of %i values in 4 bits', (length) => {
  test('have the extreme at 0, its opposite cut to 15, and pairs with the first in the lower nibble', () => {
    const block = Float32Array.from({ length }, (_, i) => [8, -8, 1, 0][i] ?? 0);
    const { packed, scales } = blocks4(block, length);
    expect([...scales]).toEqual([-1]);
    expect([...packed.subarray(0, 3)]).toEqual([0 | (15 << 4), 7 | (8 << 4), 8 | (8 << 4)]);
  });

  test('are off by half a step at most, a whole one opposite to the extreme', () => {
    const rows = weights(16 * length);
    const quantized = blocks4(rows, length);
    const restored = new Float32Array(rows.length);
    restoreBlocks4(quantized, length, restored);
    for (const [i, value] of rows.entries()) {
      const step = Math.abs(quantized.scales[Math.floor(i / length)] as number);
      const isOpposite = value / (quantized.scales[Math.floor(i / length)] as number) > 7.5;
      expect(Math.abs(value - (restored[i] as number))).toBeLessThanOrEqual(step * (isOpposite ? 1 : 0.5001));
    }
  });

  test('of zeros are zeros', () => {
    const quantized = blocks4(new Float32Array(length), length);
    expect([...quantized.packed]).toEqual(Array.from({ length: length / 2 }, () => 0x88));
    const restored = new Float32Array(length).fill(1);
    restoreBlocks4(quantized, length, restored);
    expect([...restored].every((value) => value === 0)).toBe(true);
  });
});
