import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadTokenizer } from './tokenizer.ts';

const json = JSON.parse(readFileSync(new URL('../../../test/goldens/tiny-pro/tokenizer.json', import.meta.url), 'utf8'));
const { model } = json;

/** A post-processor that puts an id before each text. */
const framedBy = (id: unknown) => ({
  type: 'TemplateProcessing',
  single: [{ SpecialToken: { id: 'B' } }, { Sequence: { id: 'A' } }],
  special_tokens: { B: { id: 'B', ids: [id] } }
});

test.each([
  ['no JSON', '{"model"', 'the file: is no JSON'],
  ['no object', [], 'the file: is missing or no object'],
  ['a normalizer', { ...json, normalizer: { type: 'NFKC' } }, 'normalizer: "NFKC" is not supported'],
  ['a decoder that is not byte-level', { ...json, decoder: { type: 'WordPiece' } }, 'decoder: "WordPiece" is not supported'],
  ['a model that is not BPE', { ...json, model: { ...model, type: 'Unigram' } }, 'model.type: "Unigram" is not supported'],
  ['byte fallback', { ...json, model: { ...model, byte_fallback: true } }, 'model.byte_fallback: is not supported'],
  ['no vocabulary', { ...json, model: { ...model, vocab: null } }, 'model.vocab: is missing'],
  ['a merge of three', { ...json, model: { ...model, merges: ['a b c'] } }, 'model.merges[0]: "a b c" is no pair'],
  ['a merge of unknown tokens', { ...json, model: { ...model, merges: [['Ω', 'b']] } }, 'model.merges[0]: the vocabulary lacks "Ω"'],
  ["a merge of an object's own words", { ...json, model: { ...model, merges: [['constructor', 'b']] } }, 'lacks "constructor"'],
  ['an added token without text', { ...json, added_tokens: [{ id: 1 }] }, 'added_tokens[0].content: is no text'],
  ['an unknown pre-tokenizer', { ...json, pre_tokenizer: { type: 'Metaspace' } }, 'pre_tokenizer: "Metaspace" is not supported'],
  ['a prefix space', { ...json, pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true } }, 'pre_tokenizer.add_prefix_space'],
  [
    'a broken pattern',
    { ...json, pre_tokenizer: { type: 'Split', pattern: { Regex: '[a' }, behavior: 'Isolated', invert: false } },
    'pre_tokenizer: pattern [a'
  ],
  [
    'an unknown post-processor',
    { ...json, post_processor: { type: 'BertProcessing' } },
    'post_processor: "BertProcessing" is not supported'
  ],
  ['a negative id before each text', { ...json, post_processor: framedBy(-1) }, 'post_processor.special_tokens: has no ids of B'],
  ['an id of no token before each text', { ...json, post_processor: framedBy(1886) }, 'post_processor: adds id 1886, which no token has']
])('refuses %s, naming the field', (_, file, message) => {
  expect(() => loadTokenizer(file)).toThrow(expect.objectContaining({ name: 'TokenizerError', message: expect.stringContaining(message) }));
});

test('reads merges as text and as pairs', () => {
  const pairs = model.merges.map((merge: string | string[]) => (typeof merge === 'string' ? merge.split(' ') : merge));
  const texts = pairs.map((pair: string[]) => pair.join(' '));
  const text = 'What is in the middle of this picture?';
  expect(loadTokenizer({ ...json, model: { ...model, merges: texts } }).encode(text)).toEqual(
    loadTokenizer({ ...json, model: { ...model, merges: pairs } }).encode(text)
  );
});
