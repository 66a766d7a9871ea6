import type { AlignedFeatures, TokenInput } from './model-runner.ts';

/** A piece of a prompt. */
export type PromptPart =
  | { readonly kind: 'ids'; readonly ids: readonly number[] } // text tokens
  | { readonly kind: 'codes'; readonly ids: readonly number[] } // picture codes
  | { readonly kind: 'features'; readonly hash: string; readonly rows: number }; // a picture, by the hash of its features

/** A prompt, piece after piece. */
export type Prompt = readonly PromptPart[];

/** Positions a prompt takes. */
export function promptLength(prompt: Prompt): number {
  return prompt.reduce((sum, part) => sum + partLength(part), 0);
}

/** The features a prompt needs: each hash once, in order, with its rows. */
export function promptFeatures(prompts: readonly Prompt[]): Map<string, number> {
  const needed = new Map<string, number>();
  for (const part of prompts.flat()) if (part.kind === 'features') needed.set(part.hash, part.rows);
  return needed;
}

/** The features among a prompt's tokens from position `start` on. */
export function featuresFrom(prompt: Prompt, start: number): string[] {
  const hashes: string[] = [];
  let end = 0;
  for (const part of prompt) {
    end += partLength(part);
    if (part.kind === 'features' && end > start) hashes.push(part.hash);
  }
  return hashes;
}

/**
 * The tokens of a prompt from position `start` to before `end`.
 *
 * @param features by hash; must know every picture in that range
 */
export function promptTokens(
  prompt: Prompt,
  start: number,
  end: number,
  features: { aligned(hash: string): AlignedFeatures }
): TokenInput[] {
  const tokens: TokenInput[] = [];
  let first = 0; // position of the part's first token
  for (const part of prompt) {
    const length = partLength(part);
    const from = Math.max(start - first, 0);
    const to = Math.min(end - first, length);
    if (part.kind === 'features' && from < to) {
      const picture = features.aligned(part.hash);
      for (let row = from; row < to; row++) tokens.push({ kind: 'feature', features: picture, row });
    } else if (part.kind !== 'features') {
      const kind = part.kind === 'ids' ? 'id' : 'code';
      for (let i = from; i < to; i++) tokens.push({ kind, id: part.ids[i] as number });
    }
    first += length;
  }
  return tokens;
}

/** Positions a part takes. */
export function partLength(part: PromptPart): number {
  return part.kind === 'features' ? part.rows : part.ids.length;
}
