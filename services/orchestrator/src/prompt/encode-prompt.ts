import { invalidArgument } from '@janus-mesh/rpc';
import { type TextPiece, TokenLimitError } from '@janus-mesh/tokenizer';
import type { ServedModel } from '../served-model.ts';

/** A prompt of so many contexts is counted to its end, so that a refusal can tell its length; a longer one is not worth the time. */
const MOST_CONTEXTS = 16;

/**
 * The ids of a prompt.
 *
 * @param field told in a refusal
 * @throws {MeshError} INVALID_ARGUMENT, CONTEXT_EXCEEDED, if the prompt is far beyond what the context holds
 */
export function encodePrompt(pieces: readonly TextPiece[], model: Pick<ServedModel, 'config' | 'tokenizer'>, field: string): number[] {
  const { contextTokens } = model.config.text;
  const maxTokens = MOST_CONTEXTS * contextTokens;
  try {
    return model.tokenizer.encode(pieces, { maxTokens });
  } catch (error) {
    if (!(error instanceof TokenLimitError)) throw error;
    const description = `prompt has more than ${maxTokens} tokens, the context holds ${contextTokens}`;
    throw invalidArgument([{ field, description }], 'CONTEXT_EXCEEDED');
  }
}
