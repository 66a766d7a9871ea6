import { expect, test } from 'vitest';
import { answerTokens, requireRoomForCodes } from './token-budget.ts';

test('an answer has what is asked for, else 512 tokens, else what the context leaves', () => {
  expect(answerTokens(7, 100, 4096)).toBe(7);
  expect(answerTokens(undefined, 100, 4096)).toBe(512);
  expect(answerTokens(undefined, 4000, 4096)).toBe(96);
  expect(answerTokens(96, 4000, 4096)).toBe(96);
});

test('more than the context holds is refused with the numbers', () => {
  expect(() => answerTokens(97, 4000, 4096)).toThrow('max_tokens: is 97, a prompt of 4000 tokens leaves 96 of the context of 4096');
  expect(() => answerTokens(1, 4096, 4096)).toThrow('messages: prompt has 4096 tokens, the context of 4096 leaves none for the answer');
});

test('each prompt of a drawing must leave room for the codes', () => {
  expect(() => requireRoomForCodes({ prompt: 3520, negative_prompt: 3520 }, 576, 4096)).not.toThrow();
  expect(() => requireRoomForCodes({ prompt: 3521, negative_prompt: 20 }, 576, 4096)).toThrow(
    'prompt: has 3521 tokens with its template, the context of 4096 leaves 3520 beside 576 codes'
  );
});
