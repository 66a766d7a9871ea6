/** Thrown where a tokenizer.json is malformed or asks for something that is not supported; the message names the field. */
export class TokenizerError extends Error {
  override name = 'TokenizerError';

  constructor(field: string, message: string) {
    super(`tokenizer.json: ${field}: ${message}`);
  }
}
