import { Violations } from '../validation/violations.ts';

/** Tokens a chat generates at most where nothing is said. */
const DEFAULT_MAX_TOKENS = 512;

/**
 * Tokens that may be generated after a prompt.
 *
 * @param wanted the request's `max_tokens`
 * @throws {MeshError} INVALID_ARGUMENT, CONTEXT_EXCEEDED, with the numbers, if prompt and answer don't fit the context
 */
export function answerTokens(wanted: number | undefined, promptTokens: number, contextTokens: number): number {
  const room = contextTokens - promptTokens;
  const violations = new Violations();
  if (room < 1) violations.add('messages', `prompt has ${promptTokens} tokens, the context of ${contextTokens} leaves none for the answer`);
  else if (wanted !== undefined && wanted > room) {
    violations.add('max_tokens', `is ${wanted}, a prompt of ${promptTokens} tokens leaves ${room} of the context of ${contextTokens}`);
  }
  violations.refuse('CONTEXT_EXCEEDED');
  return wanted ?? Math.min(DEFAULT_MAX_TOKENS, room);
}

/**
 * Makes sure that a picture's codes fit after its prompts.
 *
 * @param prompts tokens by field
 * @throws {MeshError} INVALID_ARGUMENT, CONTEXT_EXCEEDED, with the numbers
 */
export function requireRoomForCodes(prompts: Readonly<Record<string, number>>, codes: number, contextTokens: number): void {
  const violations = new Violations();
  for (const [field, tokens] of Object.entries(prompts)) {
    if (tokens + codes <= contextTokens) continue;
    violations.add(
      field,
      `has ${tokens} tokens with its template, the context of ${contextTokens} leaves ${contextTokens - codes} beside ${codes} codes`
    );
  }
  violations.refuse('CONTEXT_EXCEEDED');
}
