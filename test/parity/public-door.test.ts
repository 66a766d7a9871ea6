import { expect, test } from 'vitest';
import { isChat, isDrawing } from './public-door.ts';
import type { Subject } from './subject.ts';

const PICTURE = '<image_placeholder>';
const subject = {
  config: { tokens: { imagePlaceholder: { text: PICTURE, id: 9 } } },
  role: ({ role }: { role: string }) => (role === 'U' ? 'user' : 'assistant')
} as unknown as Subject;

const said = (...contents: [role: string, content: string][]) => contents.map(([role, content]) => ({ role, content }));

test('a conversation that waits for its answer can be had over Chat', () => {
  expect(isChat(subject, said(['U', 'Hi'], ['A', '']))).toBe(true);
  expect(isChat(subject, said(['U', PICTURE], ['A', 'A star.'], ['U', 'Sure?'], ['A', ' ']))).toBe(true);
});

test.each([
  ['is closed', said(['U', 'Hi'], ['A', 'Hello'])],
  ['ends with the user', said(['A', 'Hello'], ['U', 'Hi'])],
  ['ends with two answers', said(['U', 'Hi'], ['A', 'Hello'], ['A', ''])],
  ['has an empty message', said(['U', ''], ['A', 'What?'], ['U', 'Hi'], ['A', ''])],
  ['has a picture in an answer', said(['U', 'Hi'], ['A', PICTURE], ['U', 'Hi'], ['A', ''])],
  ['has nothing but the answer', said(['A', ''])]
])('one that %s cannot', (_how, messages) => {
  expect(isChat(subject, messages)).toBe(false);
});

test('a text without words, or with a place for a picture, cannot be drawn', () => {
  expect([isDrawing(subject, 'a star'), isDrawing(subject, ' \n'), isDrawing(subject, `a ${PICTURE}`)]).toEqual([true, false, false]);
});
