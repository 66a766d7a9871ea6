import type { ModelConfig, PromptConfig } from './model-config.ts';
import { type PromptPiece, stripPieces } from './prompt-piece.ts';

/** One message of a conversation; its content in pieces. */
export interface PromptMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly PromptPiece[];
}

/** A conversation as a template reads it. */
export interface Conversation {
  /** Text before the first message. Empty: none. */
  readonly system: readonly PromptPiece[];
  /** Separators alternate by a message's index, whoever wrote it. */
  readonly messages: readonly PromptMessage[];
}

/**
 * Puts a conversation into the model's words. An empty message at the end leaves the role's tag for the model to go on from.
 *
 * @returns pieces whose joined text is the prompt, white space stripped at both ends; without the begin of sequence
 * @source deepseek-ai/Janus conversation.py, get_prompt(), SeparatorStyle.DeepSeek
 */
export function conversationPrompt(prompt: PromptConfig, { system, messages }: Conversation): PromptPiece[] {
  const pieces: PromptPiece[] = [];
  if (system.some(({ text }) => text !== '')) pieces.push(...system, { text: prompt.separators[0] });
  for (const [index, { role, content }] of messages.entries()) {
    const stripped = stripPieces(content);
    if (stripped.length === 0) pieces.push({ text: `${prompt.roles[role]}:` });
    else pieces.push({ text: `${prompt.roles[role]}: ` }, ...stripped, { text: prompt.separators[index % 2] as string });
  }
  return stripPieces(pieces);
}

/** A part of a message: text of a caller, or a picture. */
export type ContentPart = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'picture' };

/**
 * The pieces of a message: parts as they come, each picture as the placeholder.
 *
 * @param options verbatim: nothing is put in; else a line break follows each picture, as in every published prompt. literal:
 * special tokens spelled in texts stay text
 */
export function messageContent(
  parts: readonly ContentPart[],
  config: Pick<ModelConfig, 'tokens'>,
  options: { readonly verbatim: boolean; readonly literal: boolean }
): PromptPiece[] {
  const placeholder = config.tokens.imagePlaceholder.text;
  return parts.map((part) => {
    if (part.kind === 'text') return { text: part.text, literal: options.literal };
    return { text: options.verbatim ? placeholder : `${placeholder}\n` };
  });
}
