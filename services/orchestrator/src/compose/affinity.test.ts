import { expect, test } from 'vitest';
import type { ValidChat, ValidMessage } from '../validation/valid-chat.ts';
import { chatAffinity, drawingAffinity, featuresAffinity } from './affinity.ts';

const user = (text: string): ValidMessage => ({ role: 'user', parts: [{ kind: 'text', text }] });
const assistant = (text: string): ValidMessage => ({ role: 'assistant', parts: [{ kind: 'text', text }] });
const chat = (messages: ValidMessage[], systemPrompt?: string) => ({ messages, systemPrompt }) as unknown as ValidChat;
const picture = (first: number) => ({ hash: new Uint8Array(32).fill(first), data: new Uint8Array(), fields: [] });
const none = { pictures: [] };

test('all turns of a conversation have one affinity, other beginnings and system prompts another', () => {
  const first = chatAffinity(chat([user('hello')]), none);
  expect(chatAffinity(chat([user('hello'), assistant('hi'), user('and now?')]), none)).toBe(first);
  const others = [chat([user('hallo')]), chat([user('hello')], ''), chat([user('hello')], 'Be short.')];
  expect(new Set([first, ...others.map((other) => chatAffinity(other, none))]).size).toBe(4);
});

test('a conversation about a picture has the affinity of its features, whatever is asked', () => {
  const about = (text: string) => chatAffinity(chat([user(text)]), { pictures: [picture(7), picture(9)] });
  expect(about('what?')).toBe(featuresAffinity(new Uint8Array(32).fill(7)));
  expect(about('where?')).toBe(about('what?'));
});

test('a drawing has the affinity of its text', () => {
  expect(drawingAffinity({ prompt: 'a ring' })).toBe(drawingAffinity({ prompt: 'a ring' }));
  expect(drawingAffinity({ prompt: 'a ring' })).not.toBe(drawingAffinity({ prompt: 'a star' }));
});
