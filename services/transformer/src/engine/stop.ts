/** Why a sample ended: an id that ends it was taken, or it has all the tokens it may have. */
export type FinishReason = 'stop' | 'length';

/**
 * Whether a sample ends with the token it just took. A stop id wins where both hold.
 *
 * @param newTokens tokens of the sample, this one included
 */
export function finishReason(
  id: number,
  newTokens: number,
  limits: { readonly stopIds: ReadonlySet<number>; readonly maxNewTokens: number }
): FinishReason | undefined {
  if (limits.stopIds.has(id)) return 'stop';
  return newTokens >= limits.maxNewTokens ? 'length' : undefined;
}
