import { ModelError } from '@janus-mesh/models';
import { loadTokenizer, TokenizerError } from '@janus-mesh/tokenizer';

/**
 * Makes sure that what serves a bundle can load its tokenizer.
 *
 * @param tokenizer parsed tokenizer.json
 * @throws {ModelError} invalid_tokenizer naming the field
 */
export function checkTokenizer(tokenizer: unknown): void {
  try {
    loadTokenizer(tokenizer);
  } catch (error) {
    // The engine's way of saying that parts lie in parts too deep.
    if (error instanceof RangeError) throw new ModelError('invalid_tokenizer', `tokenizer.json: ${error.message}`, { cause: error });
    if (!(error instanceof TokenizerError)) throw error;
    throw new ModelError('invalid_tokenizer', error.message, { cause: error });
  }
}
