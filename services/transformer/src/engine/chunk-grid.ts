// Attention takes a token the longer the more lies before it: after 1,000 tokens as long as all else together. Chunks get shorter for that,
// so that others wait as long for their next token at any place: below six times a step without a chunk, on the machine the README's
// figures are from. Multiples of 8 are the fastest for their length, and one shorter than 16 would be hardly faster.
const SHORTEST_CHUNK = 16;
const LONGEST_AT_START = 52;
const HALF_FROM = 1024;

/**
 * Most tokens of a prompt that one step brings. Part of the numerics fingerprint: two engines with the same grid cut the same
 * prompt at the same places, where both begin at its start.
 */
export const PREFILL_CHUNK = longestChunk(0); // 48

// Attention over f32 caches takes queries in blocks of twice the head size, the smallest of which is 16. A block of one token runs another
// kernel, which gives other bits.
const QUERY_BLOCK = 32;

/** Steps it takes to run the rest of a prompt, from `start` on. */
export function chunkCount(start: number, length: number): number {
  let count = 0;
  for (let end = start; end < length; end = chunkEnd(end, length)) count++;
  return count;
}

/**
 * Where the chunk that starts at `start` ends. Borders depend on nothing but the prompt's length and on
 * how much of it was there already, so that a result never depends on what else the step holds; and no chunk has a single token, nor one
 * beyond whole blocks, unless the prompt has: a rest of one makes the chunk before it one shorter.
 *
 * ```
 * length 49:   0 ──── 47 ─ 49          length 97:   0 ──── 48 ──── 95 ─ 97
 * ```
 *
 * @param start 0, how many tokens were there already, or what this function returned before
 * @param length tokens of the prompt: two more than were there already, at least
 */
export function chunkEnd(start: number, length: number): number {
  const rest = length - start;
  const longest = longestChunk(start);
  if (rest > longest) return start + (rest === longest + 1 ? longest - 1 : longest);
  return rest > 1 && rest % QUERY_BLOCK === 1 ? length - 2 : length;
}

function longestChunk(start: number): number {
  const tokens = (LONGEST_AT_START * HALF_FROM) / (HALF_FROM + start);
  return Math.max(SHORTEST_CHUNK, tokens - (tokens % 8));
}
