import { expect, test } from 'vitest';
import { bar } from './bar.ts';

test('fills to the eighth of a character, and never beyond its width', () => {
  expect([0, 0.5, 0.53125, 1, 7].map((share) => bar(share, 4))).toEqual(['░░░░', '██░░', '██▏░', '████', '████']);
});
