import { createHash } from 'node:crypto';
import type { ChatPrompt } from '../prompt/chat-prompt.ts';
import type { ValidChat } from '../validation/valid-chat.ts';

/**
 * Names what a conversation's turns have in common, so that they go to the replica that knows it: the first picture, else
 * the system prompt with the user's first message.
 */
export function chatAffinity(chat: ValidChat, prompt: Pick<ChatPrompt, 'pictures'>): string {
  const [picture] = prompt.pictures;
  if (picture !== undefined) return featuresAffinity(picture.hash);
  const parts = chat.messages.find(({ role }) => role === 'user')?.parts ?? [];
  return hashOf(JSON.stringify([chat.systemPrompt ?? null, parts.map((part) => (part.kind === 'text' ? part.text : null))]));
}

/** Names a drawing by its text. */
export function drawingAffinity({ prompt }: { readonly prompt: string }): string {
  return hashOf(prompt);
}

/** Names a picture by its features' hash. */
export function featuresAffinity(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
