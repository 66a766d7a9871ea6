import { expect, test } from 'vitest';
import { golden, readJson } from '../testing/golden-folder.ts';
import { checkTokenizer } from './check-tokenizer.ts';

const tokenizer = readJson(golden('tiny-pro'), 'tokenizer.json');

test('a tokenizer that can be loaded passes', () => {
  expect(() => checkTokenizer(tokenizer)).not.toThrow();
});

test('a tokenizer of parts in parts without end is refused', () => {
  const depth = Array.from({ length: 20_000 });
  const post_processor = depth.reduce((inner) => ({ type: 'Sequence', processors: [inner] }), { type: 'ByteLevel' });
  expect(() => checkTokenizer({ ...tokenizer, post_processor })).toThrow(expect.objectContaining({ kind: 'invalid_tokenizer' }));
});
