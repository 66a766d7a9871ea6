import { conversationPrompt } from './conversation-prompt.ts';
import type { ModelConfig, SpecialTokens } from './model-config.ts';
import type { PromptPiece } from './prompt-piece.ts';

/**
 * The prompt that draws a text: the text as the user's message, an empty answer, the begin of an image. A negative prompt is
 * made the same way.
 *
 * @source deepseek-ai/Janus generation_inference.py
 */
export function generationPrompt(config: Pick<ModelConfig, 'prompt' | 'tokens'>, text: PromptPiece): PromptPiece[] {
  const messages = [
    { role: 'user' as const, content: [text] },
    { role: 'assistant' as const, content: [] }
  ];
  return [...conversationPrompt(config.prompt, { system: [], messages }), { text: config.tokens.beginOfImage.text }];
}

/**
 * The unconditional row of a guidance pair: the first and the last id stay, all between are the padding token, which is
 * attended to.
 *
 * @param ids of the conditional prompt
 * @source deepseek-ai/Janus generation_inference.py, generate()
 */
export function unconditionalIds(ids: readonly number[], tokens: Pick<SpecialTokens, 'pad'>): number[] {
  return ids.map((id, at) => (at === 0 || at === ids.length - 1 ? id : tokens.pad.id));
}
