import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadTokenizer } from './tokenizer.ts';

const read = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');

const tokenizer = loadTokenizer(read('tokenizer.json'));
const cases: { text: string; ids: number[]; literal: number[]; decoded: string }[] = read('strings.jsonl')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));

test('makes of 250 odd strings what the Rust library makes', () => {
  for (const { text, ids, literal, decoded } of cases) {
    expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
    expect(tokenizer.encode([{ text, literal: true }]), JSON.stringify(text)).toEqual(literal);
    expect(tokenizer.decode(ids), JSON.stringify(text)).toBe(decoded);
  }
});

test('makes of pieces what it makes of the whole, wherever they are cut', () => {
  for (const { text, ids } of cases.slice(0, 100)) {
    for (const at of [1, 2, text.length >> 1]) {
      expect(tokenizer.encode([{ text: text.slice(0, at) }, { text: '' }, { text: text.slice(at) }])).toEqual(ids);
    }
  }
});

test('streams the same text that decoding gives at once, never with half a character', () => {
  for (const { text, ids, decoded } of cases) {
    const detokenizer = tokenizer.detokenizer();
    const steps = ids.map((id) => detokenizer.push(id));
    expect(steps.join('') + detokenizer.flush()).toBe(decoded);
    // Only the letters that are tokens for bytes may give a replacement character.
    if (!/[øöúÿõ÷ûýÀùÁþü]/.test(text)) expect(steps.join('')).not.toContain('\uFFFD');
  }
});
