import type { CodecConfig } from '@janus-mesh/models';
import { randomFrom } from '../random.ts';

/** Neighbours tint a patch, so small codebooks are seen in several places; of large ones, some codes are seen once. */
const REPEATS = 4;
const MOST_REPEATED_PICTURES = 16;
const PICTURES_OF_SOME = 2;

/**
 * Grids of codes to learn colours from: in random order, each code as often as the others, the last grid filled up at random. Of a
 * codebook that would take many pictures, two grids show some codes.
 *
 * @param seed the same seed gives the same grids
 * @returns ids of one picture each, grid² of them, row after row
 */
export function paletteGrids({ codebookSize, grid }: CodecConfig, seed: number): Uint32Array[] {
  const cells = grid * grid;
  const isSmall = Math.ceil(codebookSize / cells) <= MOST_REPEATED_PICTURES;
  const repeats = isSmall ? REPEATS : 1;
  const random = randomFrom(seed);
  const count = Math.ceil((codebookSize * repeats) / cells) * cells;
  const ids = Uint32Array.from({ length: count }, (_, i) =>
    i < codebookSize * repeats ? i % codebookSize : Math.floor(random() * codebookSize)
  );
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [ids[i], ids[j]] = [ids[j] as number, ids[i] as number];
  }
  return Array.from({ length: isSmall ? count / cells : PICTURES_OF_SOME }, (_, picture) =>
    ids.subarray(picture * cells, (picture + 1) * cells)
  );
}
