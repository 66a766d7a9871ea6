/**
 * Most tokens of a prompt that one step brings. Part of the numerics fingerprint: two engines with the same grid cut the same
 * prompt at the same places, where both begin at its start.
 */
export const PREFILL_CHUNK = 64;

/** Chunks of a prompt, so the steps it takes. */
export function chunkCount(length: number): number {
  return Math.ceil(length / PREFILL_CHUNK);
}

/**
 * Where the chunk that starts at `start` ends. Borders depend on nothing but the prompt's length and on
 * how much of it was there already, so that a result never depends on what else the step holds; and no chunk has a single token (a one-token step runs another attention kernel, which
 * gives other bits), unless the prompt has: a rest of one makes the chunk before it one shorter.
 *
 * ```
 * length 65:   0 ──── 63 ─ 65          length 129:   0 ──── 64 ──── 127 ─ 129
 * ```
 *
 * @param start 0, how many tokens were there already, or what this function returned before
 * @param length tokens of the prompt: two more than were there already, at least
 */
export function chunkEnd(start: number, length: number): number {
  const end = Math.min(start + PREFILL_CHUNK, length);
  return length - end === 1 ? end - 1 : end;
}
