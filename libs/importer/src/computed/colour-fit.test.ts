import { expect, test } from 'vitest';
import { randomFrom } from '../random.ts';
import { fitColours } from './colour-fit.ts';

test('colours that follow from the code are guessed for codes that were not seen', () => {
  const random = randomFrom(3);
  const [codes, codeWidth] = [2000, 8];
  const codebook = Float32Array.from({ length: codes * codeWidth }, () => random() - 0.5);
  const colour = (code: number): number[] => {
    const vector = codebook.subarray(code * codeWidth, (code + 1) * codeWidth);
    const [a = 0, b = 0, c = 0] = Array.from(vector, (value) => value / Math.hypot(...vector));
    return [120 + 100 * a, 90 + 60 * b - 50 * c, 140 + 80 * a * b - 30 * c * c];
  };
  const known = new Map(Array.from({ length: 500 }, (_, i) => [i * 4, colour(i * 4).map((level) => level + 4 * (random() - 0.5))]));
  const guess = fitColours(codebook, { codeWidth }, known);
  for (const code of [1, 2, 3, 777, 1999])
    for (const [channel, level] of colour(code).entries()) expect(Math.abs(guess(code, channel) - level)).toBeLessThan(3);
});

test('a guess stays a level, and without known colours there is still one', () => {
  const codebook = Float32Array.of(1, 0, 0, 1);
  const guess = fitColours(codebook, { codeWidth: 2 }, new Map([[0, [255, 0, 400]]]));
  for (const code of [0, 1])
    for (const channel of [0, 1, 2]) expect([guess(code, channel) >= 0, guess(code, channel) <= 255]).toEqual([true, true]);
  expect(fitColours(codebook, { codeWidth: 2 }, new Map())(1, 0)).toBe(0);
});
