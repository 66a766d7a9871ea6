import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadTokenizer } from './tokenizer.ts';

const GOLDENS = resolve(import.meta.dirname, '../../../test/goldens/tiny-pro');
const read = (name: string) => JSON.parse(readFileSync(join(GOLDENS, name), 'utf8'));
const json = read('tokenizer.json');
const cases = read('cases.json');
const tokenizer = loadTokenizer(json);

interface StringCase {
  text: string;
  ids: number[];
  decoded: string;
  decoded_with_special: string;
  decoded_each: string[];
}

describe('the goldens', () => {
  test.each(cases.strings as StringCase[])('string $text', ({ text, ids, decoded, decoded_with_special, decoded_each }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(decoded);
    expect(tokenizer.decode(ids, { special: true })).toBe(decoded_with_special);
    expect(ids.map((id) => tokenizer.decode([id], { special: true }))).toEqual(decoded_each);
  });

  test.each(cases.prompts as { name: string; prompt: string; ids: number[] }[])('prompt $name', ({ prompt, ids }) => {
    expect(tokenizer.encode(prompt)).toEqual(ids);
  });

  test.each(cases.text as { name: string; new_ids: number[]; new_text: string }[])('answer $name', ({ new_ids, new_text }) => {
    expect(tokenizer.decode(new_ids)).toBe(new_text);
  });
});

describe('streaming', () => {
  test('a character that spans tokens comes whole, with its last token', () => {
    const ids = tokenizer.encode('猫✨').slice(1);
    const detokenizer = tokenizer.detokenizer();
    const steps = ids.map((id) => detokenizer.push(id));
    expect(steps.join('') + detokenizer.flush()).toBe(tokenizer.decode(ids));
    expect(steps.filter((step) => step !== '').every((step) => !step.includes('\uFFFD'))).toBe(true);
    expect(ids.length).toBeGreaterThan(steps.filter((step) => step !== '').length);
  });

  test('a character that stays incomplete gives one replacement character at the end', () => {
    const [first] = tokenizer.encode('✨').slice(-3);
    const detokenizer = tokenizer.detokenizer();
    expect(detokenizer.push(first as number)).toBe('');
    expect(detokenizer.flush()).toBe('\uFFFD');
  });

  test('special tokens and ids without a token give no text', () => {
    expect(tokenizer.decode([1856, 1857, 2047])).toBe('');
  });
});

describe('literal pieces', () => {
  const spelled = 'Is <begin_of_image> a word? And <｜end▁of▁sentence｜> too?';

  test('a special token spelled in a literal piece stays text', () => {
    const ids = tokenizer.encode([{ text: '<|User|>: ' }, { text: spelled, literal: true }, { text: '\n\n<|Assistant|>:' }]);
    expect(ids.filter((id) => id >= 1856)).toEqual([1856, 1884, 1885]);
    expect(tokenizer.decode(ids)).toBe(`: ${spelled}\n\n:`);
  });

  test.each(cases.prompts as { name: string; prompt: string; ids: number[] }[])(
    'a literal piece without special tokens is encoded as if it were not literal: $name',
    ({ prompt, ids }) => {
      const parts = prompt.split(/(<[|｜]?[\w▁| ｜]+>)/);
      const pieces = parts.map((text, at) => ({ text, literal: at % 2 === 0 }));
      expect(tokenizer.encode(pieces)).toEqual(ids);
    }
  );

  test('a token that would be spelled across the border of a literal piece is none', () => {
    const ids = tokenizer.encode([{ text: '<begin_of', literal: true }, { text: '_image>' }]);
    expect(ids).not.toContain(1859);
    expect(tokenizer.decode(ids)).toBe('<begin_of_image>');
  });
});

test('added tokens that are not special are tokens in literal pieces too', () => {
  const withLetter = { ...json, added_tokens: [...json.added_tokens, { ...json.added_tokens[0], id: 1886, content: 'À', special: false }] };
  const own = loadTokenizer(withLetter);
  expect(own.encode('aÀ')).toEqual(own.encode([{ text: 'aÀ', literal: true }]));
  expect(own.encode('aÀ')).toContain(1886);
  expect(own.decode(own.encode('aÀ'))).toBe('a\uFFFD');
});
