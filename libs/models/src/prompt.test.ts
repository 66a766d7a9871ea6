import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Conversation, conversationPrompt, messageContent } from './conversation-prompt.ts';
import { generationPrompt, unconditionalIds } from './generation-prompt.ts';
import { expandedIds, promptSegments } from './picture-prompt.ts';
import { joinPieces, stripPieces } from './prompt-piece.ts';
import { isBlank, stripEnd, stripStart } from './python-strip.ts';

const cases = JSON.parse(readFileSync(join(import.meta.dirname, '../../../test/goldens/tiny-pro/cases.json'), 'utf8'));
const special = (text: string, id: number) => ({ text, id });
const config = {
  prompt: {
    roles: { user: '<|User|>', assistant: '<|Assistant|>' },
    separators: ['\n\n', '<｜end▁of▁sentence｜>'] as const,
    defaultSystemPrompt: ''
  },
  tokens: {
    bos: special('<｜begin▁of▁sentence｜>', 1856),
    eos: special('<｜end▁of▁sentence｜>', 1857),
    pad: special('<｜▁pad▁｜>', 1858),
    beginOfImage: special('<begin_of_image>', 1859),
    endOfImage: special('<end_of_image>', 1876),
    imagePlaceholder: special('<image_placeholder>', 1877)
  }
};

interface PromptCase {
  name: string;
  system: string;
  messages: { role: string; content: string }[];
  prompt: string;
  ids: number[];
  expanded_ids: number[];
}

const conversation = ({ system, messages }: PromptCase): Conversation => ({
  system: [{ text: system }],
  messages: messages.map(({ role, content }) => ({ role: role === '<|User|>' ? 'user' : 'assistant', content: [{ text: content }] }))
});

describe('conversations', () => {
  test.each(cases.prompts as PromptCase[])('$name is worded as in the goldens', (each) => {
    expect(joinPieces(conversationPrompt(config.prompt, conversation(each)))).toBe(each.prompt);
    expect(expandedIds(each.ids, config.tokens, 16)).toEqual(each.expanded_ids);
  });

  test('white space is stripped across the borders of pieces', () => {
    const messages = [{ role: 'user' as const, content: [{ text: ' \n' }, { text: '\u001c a ' }, { text: 'b\u0085' }, { text: '  ' }] }];
    expect(joinPieces(conversationPrompt(config.prompt, { system: [], messages }))).toBe('<|User|>: a b');
  });

  test('a line break follows each picture unless parts are verbatim', () => {
    const parts = [{ kind: 'picture' as const }, { kind: 'text' as const, text: 'What?' }];
    expect(joinPieces(messageContent(parts, config, { verbatim: false, literal: false }))).toBe('<image_placeholder>\nWhat?');
    expect(joinPieces(messageContent(parts, config, { verbatim: true, literal: false }))).toBe('<image_placeholder>What?');
  });

  test("only a caller's texts are literal, never the template's words", () => {
    const content = messageContent([{ kind: 'picture' }, { kind: 'text', text: '<|User|>' }], config, { verbatim: false, literal: true });
    const pieces = conversationPrompt(config.prompt, { system: [], messages: [{ role: 'user', content }] });
    expect(pieces).toEqual([{ text: '<|User|>: ' }, { text: '<image_placeholder>\n' }, { text: '<|User|>', literal: true }]);
  });
});

describe('pictures in prompts', () => {
  test('each placeholder becomes begin of image, the picture, end of image', () => {
    expect(promptSegments([1856, 1877, 1877, 7], config.tokens)).toEqual([
      { kind: 'ids', ids: [1856, 1859] },
      { kind: 'picture', index: 0 },
      { kind: 'ids', ids: [1876, 1859] },
      { kind: 'picture', index: 1 },
      { kind: 'ids', ids: [1876, 7] }
    ]);
  });
});

describe('drawings', () => {
  test.each(cases.generation_prompts as { name: string; text: string; prompt: string; ids: number[]; uncond_ids: number[] }[])(
    '$name',
    ({ text, prompt, ids, uncond_ids }) => {
      expect(joinPieces(generationPrompt(config, { text }))).toBe(prompt);
      expect(unconditionalIds(ids, config.tokens)).toEqual(uncond_ids);
    }
  );
});

describe("white space is Python's", () => {
  test.each(['\u001c', '\u001f', '\u0085', '\u00a0', '\u2028', '\u3000', '\t', '\v'])('%j is stripped', (space) => {
    expect(stripEnd(stripStart(`${space}a${space}`))).toBe('a');
    expect(isBlank(space)).toBe(true);
  });

  test.each(['\ufeff', '\u200b', '\u180e'])('%j stays', (character) => {
    expect(stripEnd(stripStart(`${character}a${character}`))).toBe(`${character}a${character}`);
    expect(isBlank(character)).toBe(false);
  });

  test('pieces of nothing but white space leave nothing', () => {
    expect(stripPieces([{ text: ' ' }, { text: '' }, { text: '\n' }])).toEqual([]);
  });
});
