import type { CodecConfig } from '@janus-mesh/models';

/** Neighbours tint a patch, so small codebooks are seen in several places; large ones would take too long. */
const REPEATS = 4;
const MOST_REPEATED_PICTURES = 16;

/**
 * Grids of codes to learn colours from: in random order, each code as often as the others, the last grid filled up at random.
 *
 * @param seed the same seed gives the same grids
 * @returns ids of one picture each, grid² of them, row after row
 */
export function paletteGrids({ codebookSize, grid }: CodecConfig, seed: number): Uint32Array[] {
  const cells = grid * grid;
  const repeats = Math.ceil(codebookSize / cells) <= MOST_REPEATED_PICTURES ? REPEATS : 1;
  const random = randomFrom(seed);
  const count = Math.ceil((codebookSize * repeats) / cells) * cells;
  const ids = Uint32Array.from({ length: count }, (_, i) =>
    i < codebookSize * repeats ? i % codebookSize : Math.floor(random() * codebookSize)
  );
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [ids[i], ids[j]] = [ids[j] as number, ids[i] as number];
  }
  return Array.from({ length: count / cells }, (_, picture) => ids.subarray(picture * cells, (picture + 1) * cells));
}

// mulberry32: small, seeded, good enough to shuffle.
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
