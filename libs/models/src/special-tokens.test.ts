import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveSpecialTokens } from './special-tokens.ts';

const PATH = join(import.meta.dirname, '../../../test/goldens/tiny-pro/tokenizer.json');

interface Token {
  id: number;
  content: string;
}

function tokenizer(edit: (tokens: Token[]) => Token[] = (tokens) => tokens): unknown {
  const document = JSON.parse(readFileSync(PATH, 'utf8'));
  return { ...document, added_tokens: edit(document.added_tokens) };
}

const without = (text: string) => tokenizer((tokens) => tokens.filter(({ content }) => content !== text));
const moved = (text: string, id: number) =>
  tokenizer((tokens) => tokens.map((token) => (token.content === text ? { ...token, id } : token)));

test('finds the tokens by their texts', () => {
  expect(resolveSpecialTokens(tokenizer(), 2048)).toEqual({
    tokens: {
      bos: { text: '<｜begin▁of▁sentence｜>', id: 1856 },
      eos: { text: '<｜end▁of▁sentence｜>', id: 1857 },
      pad: { text: '<｜▁pad▁｜>', id: 1858 },
      beginOfImage: { text: '<begin_of_image>', id: 1859 },
      endOfImage: { text: '<end_of_image>', id: 1876 },
      imagePlaceholder: { text: '<image_placeholder>', id: 1877 }
    }
  });
});

test('a placeholder that is not in the file gets the next free id', () => {
  const { tokens, addedToken } = resolveSpecialTokens(without('<image_placeholder>'), 2048);
  expect(addedToken).toEqual({ text: '<image_placeholder>', id: 1886 });
  expect(tokens.imagePlaceholder).toEqual(addedToken);
  const message = 'token <image_placeholder> has id 1886, the embedding table has 1886 rows';
  expect(() => resolveSpecialTokens(without('<image_placeholder>'), 1886)).toThrow(message);
});

test.each([
  ['special token <｜▁pad▁｜> is missing', without('<｜▁pad▁｜>')],
  ['special token <begin_of_image> is missing', without('<begin_of_image>')],
  ['token <｜▁pad▁｜> has id 2055, the embedding table has 2048 rows', moved('<｜▁pad▁｜>', 2055)],
  ['token <|ref|> has id -1', moved('<|ref|>', -1)],
  ['tokens <｜begin▁of▁sentence｜> and <｜▁pad▁｜> share id 1856', moved('<｜▁pad▁｜>', 1856)],
  ['tokens ! and <｜▁pad▁｜> share id 0', moved('<｜▁pad▁｜>', 0)],
  ['tokens a and b share id 7', { model: { vocab: { a: 7, b: 7 } } }],
  ['model.vocab is no object', { model: { vocab: [] } }],
  ['added_tokens is no list', { ...(tokenizer() as object), added_tokens: {} }]
])('refuses a tokenizer: %s', (message, document) => {
  expect(() => resolveSpecialTokens(document, 2048)).toThrow(
    expect.objectContaining({ kind: 'invalid_tokenizer', message: expect.stringContaining(message) })
  );
});
