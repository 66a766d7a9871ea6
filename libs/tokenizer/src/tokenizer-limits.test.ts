import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TokenLimitError } from './token-limit-error.ts';
import { loadTokenizer } from './tokenizer.ts';

const json = JSON.parse(readFileSync(new URL('../../../test/goldens/tiny-pro/tokenizer.json', import.meta.url), 'utf8'));
const tokenizer = loadTokenizer(json);

describe('a megabyte takes no seconds', () => {
  const texts: Record<string, string> = {
    'one letter': 'a'.repeat(1e6),
    'one long word': 'the'.repeat(333_333),
    spaces: ' '.repeat(1e6),
    'spaces before an emoji': `${' '.repeat(1e6)}😀`,
    'line breaks': '\n'.repeat(1e6),
    'half a special token': '<|Assistant'.repeat(90_000)
  };
  test.each(Object.keys(texts))('%s', (name) => {
    const text = texts[name] as string;
    const start = performance.now();
    const ids = tokenizer.encode(text);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(tokenizer.decode(ids)).toBe(text);
  });
});

test('a text of as many tokens as allowed is encoded, one more is refused', () => {
  const ids = tokenizer.encode('Hello, how are you?');
  expect(tokenizer.encode('Hello, how are you?', { maxTokens: ids.length })).toEqual(ids);
  expect(() => tokenizer.encode('Hello, how are you?', { maxTokens: ids.length - 1 })).toThrow(new TokenLimitError(ids.length - 1));
  expect(tokenizer.countTokens('Hello, how are you?')).toBe(ids.length);
});

test('a text that cannot fit is refused without encoding it', () => {
  const start = performance.now();
  expect(() => tokenizer.encode('a'.repeat(3e7), { maxTokens: 4096 })).toThrow('the text has more than 4096 tokens');
  expect(performance.now() - start).toBeLessThan(500);
});

test('puts BOS first, the one given where the file names none, never two', () => {
  expect(loadTokenizer(json, { bos: 7 }).encode('a')).toEqual([1856, 64]);
  expect(loadTokenizer({ ...json, post_processor: null }).encode('a')).toEqual([64]);
  expect(loadTokenizer({ ...json, post_processor: null }, { bos: 1856 }).encode('a')).toEqual([1856, 64]);
  expect(loadTokenizer({ ...json, post_processor: null }, { bos: 1856 }).encode('')).toEqual([1856]);
});

test('finds tokens by their text and tells the special ones', () => {
  expect(tokenizer.tokenId('<begin_of_image>')).toBe(1859);
  expect(tokenizer.tokenId('no such token')).toBeUndefined();
  expect([1859, 64, 5000].map((id) => tokenizer.isSpecial(id))).toEqual([true, false, false]);
  expect(tokenizer.vocabularySize).toBe(1886);
});
