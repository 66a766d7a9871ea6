import {
  conversationPrompt,
  messageContent,
  type PromptMessage,
  type PromptPiece,
  type PromptSegment,
  promptSegments
} from '@janus-mesh/models';
import type { ServedModel } from '../served-model.ts';
import type { ValidChat } from '../validation/valid-chat.ts';
import { encodePrompt } from './encode-prompt.ts';

/** A conversation in ids, cut where its pictures go. */
export interface EncodedChat {
  readonly segments: readonly PromptSegment[];
  /** Tokens of the whole prompt, pictures included. */
  readonly tokens: number;
  /** Tokens of these that stand for pictures. */
  readonly pictureTokens: number;
}

/**
 * Puts a conversation into ids. Its pictures are not looked at.
 *
 * @param field told in a refusal
 * @throws {MeshError} INVALID_ARGUMENT, CONTEXT_EXCEEDED, if it is far too long
 */
export function encodeChat(chat: ValidChat, model: ServedModel, field = 'messages'): EncodedChat {
  const { tokens: special, vision } = model.config;
  const segments = promptSegments(encodePrompt(chatPieces(chat, model), model, field), special);
  const pictureTokens = vision.rows * segments.filter(({ kind }) => kind === 'picture').length;
  const textTokens = segments.reduce((sum, segment) => sum + (segment.kind === 'ids' ? segment.ids.length : 0), 0);
  return { segments, tokens: textTokens + pictureTokens, pictureTokens };
}

function chatPieces(chat: ValidChat, { config }: ServedModel): PromptPiece[] {
  const { literalSpecials: literal, verbatimParts: verbatim } = chat;
  const system = { text: chat.systemPrompt ?? config.prompt.defaultSystemPrompt, literal };
  const messages = chat.messages.map(({ role, parts }): PromptMessage => {
    return { role, content: messageContent(parts, config, { verbatim, literal }) };
  });
  // The empty answer leaves the assistant's tag at the end, for the model to go on from.
  return conversationPrompt(config.prompt, { system: [system], messages: [...messages, { role: 'assistant', content: [] }] });
}
