import { expect, test } from 'vitest';
import { philox4x32 } from './philox.ts';

// Random123's kat_vectors, lines "philox4x32 10": counter, key, expected.
const VECTORS = [
  ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1']
] as const;

function words(text: string): Uint32Array {
  return Uint32Array.from(text.split(' '), (word) => Number.parseInt(word, 16));
}

test.each(VECTORS)('gives the published words for counter %s and key %s', (counterText, keyText, expected) => {
  const counter = words(counterText);
  const [keyLow, keyHigh] = words(keyText) as unknown as [number, number];
  philox4x32(counter, keyLow, keyHigh);
  expect(counter).toEqual(words(expected));
});
