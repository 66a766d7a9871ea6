import type { SpecialTokens } from './model-config.ts';

/** A stretch of a prompt: ids, or the features of a picture. */
export type PromptSegment =
  | { readonly kind: 'ids'; readonly ids: readonly number[] }
  | { readonly kind: 'picture'; readonly index: number };

type PictureTokens = Pick<SpecialTokens, 'beginOfImage' | 'endOfImage' | 'imagePlaceholder'>;

/**
 * Cuts a prompt at its pictures: each placeholder id becomes begin of image, the picture, end of image.
 *
 * @returns segments in order; pictures are numbered from 0
 * @source deepseek-ai/Janus processing_vlm.py, add_image_token()
 */
export function promptSegments(ids: readonly number[], tokens: PictureTokens): PromptSegment[] {
  const segments: PromptSegment[] = [];
  let stretch: number[] = [];
  let index = 0;
  for (const id of ids) {
    if (id !== tokens.imagePlaceholder.id) {
      stretch.push(id);
      continue;
    }
    segments.push({ kind: 'ids', ids: [...stretch, tokens.beginOfImage.id] }, { kind: 'picture', index: index++ });
    stretch = [tokens.endOfImage.id];
  }
  if (stretch.length > 0) segments.push({ kind: 'ids', ids: stretch });
  return segments;
}

/**
 * The ids of a prompt with every picture written out: one placeholder id for each of its rows.
 *
 * @param rows rows of features a picture has
 */
export function expandedIds(ids: readonly number[], tokens: PictureTokens, rows: number): number[] {
  return promptSegments(ids, tokens).flatMap((segment) =>
    segment.kind === 'ids' ? segment.ids : Array.from({ length: rows }, () => tokens.imagePlaceholder.id)
  );
}
