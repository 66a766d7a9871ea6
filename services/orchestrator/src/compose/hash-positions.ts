/** Positions of new tokens whose logits are hashed for receipts: close at first, where results part, and the last of 576 codes. */
const RECEIPT_POSITIONS: readonly number[] = [0, 1, 7, 31, 127, 255, 383, 575];

/** The positions that a result of at most so many tokens can reach. */
export function hashPositions(maxNewTokens: number): number[] {
  return RECEIPT_POSITIONS.filter((position) => position < maxNewTokens);
}
