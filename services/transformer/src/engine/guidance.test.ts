import { expect, test } from 'vitest';
import { guide } from './guidance.ts';

const cond = Float32Array.of(1, -2, 0.1, 7.25);
const uncond = Float32Array.of(0.5, 3, 0.3, -1.125);

function guided(weight: number): Float32Array {
  const out = new Float32Array(4);
  guide(cond, uncond, weight, out);
  return out;
}

test('moves from the unconditional logits by the weighted difference', () => {
  expect([...guided(5)]).toEqual([3, -22, Math.fround(Math.fround(0.3) + 5 * (Math.fround(0.1) - Math.fround(0.3))), 40.75]);
});

test('weight 1 gives the conditional logits, weight 0 the unconditional ones', () => {
  expect(guided(1)).toEqual(cond);
  expect(guided(0)).toEqual(uncond);
});
