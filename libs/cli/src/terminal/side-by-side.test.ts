import { expect, test } from 'vitest';
import { sideBySide } from './side-by-side.ts';

test('pictures stand beside each other, two blanks between, missing lines blank', () => {
  const first = { columns: 2, lines: ['ab', 'cd'] };
  const second = { columns: 3, lines: ['efg'] };
  expect(sideBySide([first, second])).toEqual(['ab  efg', 'cd']);
  expect(sideBySide([second, first])).toEqual(['efg  ab', '     cd']);
});
