import { expect, test } from 'vitest';
import { enlarge, halfBlocks, shrink } from './half-blocks.ts';

const checker = { width: 2, height: 3, rgb: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18) };

test('two rows share a line, the upper one in the text colour, the lower one behind it', () => {
  expect(halfBlocks(checker)[0]).toBe('\x1b[38;2;1;2;3m\x1b[48;2;7;8;9m▀\x1b[38;2;4;5;6m\x1b[48;2;10;11;12m▀\x1b[0m');
});

test('a last row without a partner has no background', () => {
  expect(halfBlocks(checker)[1]).toBe('\x1b[38;2;13;14;15m\x1b[49m▀\x1b[38;2;16;17;18m\x1b[49m▀\x1b[0m');
});

test('enlarging repeats each pixel as a square', () => {
  const large = enlarge({ width: 1, height: 2, rgb: Uint8Array.of(1, 2, 3, 4, 5, 6) }, 2);
  expect(large).toEqual({
    width: 2,
    height: 4,
    rgb: Uint8Array.of(1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 4, 5, 6, 4, 5, 6)
  });
});

test('shrinking takes the mean colour of each square', () => {
  const small = shrink(
    { width: 4, height: 2, rgb: Uint8Array.from([0, 4, 8, 12, 100, 100, 100, 104].flatMap((grey) => [grey, grey, 255])) },
    2
  );
  expect(small).toEqual({ width: 2, height: 1, rgb: Uint8Array.of(51, 51, 255, 56, 56, 255) });
});
