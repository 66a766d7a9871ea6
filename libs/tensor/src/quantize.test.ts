import { describe, expect, test } from 'vitest';
import { BLOCK, quantizeBlocks4, quantizeRows8, restoreBlocks4, restoreRows8, roundRows8 } from './quantize.ts';

/** Values that look like weights, the same each time. */
function weights(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898) * Math.cos(i * 0.37) * (1 + (i % 7)));
}

function rows8(rows: Float32Array, length: number) {
  const out = { values: new Int8Array(rows.length), scales: new Float32Array(rows.length / length) };
  quantizeRows8(rows, length, out);
  return out;
}

function blocks4(rows: Float32Array) {
  const out = { packed: new Uint8Array(rows.length / 2), scales: new Float32Array(rows.length / BLOCK) };
  quantizeBlocks4(rows, out);
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

describe('blocks of 4 bits', () => {
  test('have the extreme at 0, its opposite cut to 15, and pairs with the first in the lower nibble', () => {
    const block = Float32Array.from({ length: BLOCK }, (_, i) => [8, -8, 1, 0][i] ?? 0);
    const { packed, scales } = blocks4(block);
    expect([...scales]).toEqual([-1]);
    expect([...packed.subarray(0, 3)]).toEqual([0 | (15 << 4), 7 | (8 << 4), 8 | (8 << 4)]);
  });

  test('are off by half a step at most, a whole one opposite to the extreme', () => {
    const rows = weights(16 * BLOCK);
    const quantized = blocks4(rows);
    const restored = new Float32Array(rows.length);
    restoreBlocks4(quantized, restored);
    for (const [i, value] of rows.entries()) {
      const step = Math.abs(quantized.scales[Math.floor(i / BLOCK)] as number);
      const isOpposite = value / (quantized.scales[Math.floor(i / BLOCK)] as number) > 7.5;
      expect(Math.abs(value - (restored[i] as number))).toBeLessThanOrEqual(step * (isOpposite ? 1 : 0.5001));
    }
  });

  test('of zeros are zeros', () => {
    const quantized = blocks4(new Float32Array(BLOCK));
    expect([...quantized.packed]).toEqual(Array.from({ length: BLOCK / 2 }, () => 0x88));
    const restored = new Float32Array(BLOCK).fill(1);
    restoreBlocks4(quantized, restored);
    expect([...restored].every((value) => value === 0)).toBe(true);
  });
});
