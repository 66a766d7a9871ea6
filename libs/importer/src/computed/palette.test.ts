import type { CodecConfig } from '@janus-mesh/models';
import { describe, expect, test } from 'vitest';
import { PaletteColours } from './palette-colours.ts';
import { paletteGrids } from './palette-lesson.ts';

const CODEC: CodecConfig = {
  baseChannels: 32,
  channelMultiplier: [1, 2],
  resBlocks: 1,
  latentChannels: 32,
  codeWidth: 8,
  codebookSize: 10,
  grid: 3,
  imageSize: 6
};

describe('the grids', () => {
  test.each([
    [10, 3, 4, 5],
    [256, 4, 4, 64]
  ])('of %i codes with side %i hold each code at least %i times in %i pictures', (codebookSize, grid, repeats, pictures) => {
    const grids = paletteGrids({ ...CODEC, codebookSize, grid }, 1);
    expect(grids).toHaveLength(pictures);
    const counts = new Uint32Array(codebookSize);
    for (const ids of grids) {
      expect(ids.length).toBe(grid * grid);
      for (const id of ids) counts[id] = (counts[id] as number) + 1;
    }
    expect(Math.min(...counts)).toBe(repeats);
  });

  test('of a large codebook are two, of different codes', () => {
    const grids = paletteGrids({ ...CODEC, codebookSize: 16_384, grid: 24 }, 1);
    expect(grids.map((ids) => ids.length)).toEqual([576, 576]);
    expect(new Set(grids.flatMap((ids) => [...ids])).size).toBeGreaterThan(1140);
  });

  test('depend on the seed only', () => {
    expect(paletteGrids(CODEC, 1)).toEqual(paletteGrids(CODEC, 1));
    expect(paletteGrids(CODEC, 1)).not.toEqual(paletteGrids(CODEC, 2));
  });
});

test('a code has the mean colour of its patches', () => {
  const colours = new PaletteColours(CODEC);
  const ids = Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 0);
  // Each patch of 2×2 has one level a channel, above 1 in the last patch: it is clipped.
  const image = Float32Array.from({ length: 3 * 36 }, (_, i) => {
    const [channel, y, x] = [Math.floor(i / 36), Math.floor((i % 36) / 6), i % 6];
    const cell = Math.floor(y / 2) * 3 + Math.floor(x / 2);
    return cell === 8 ? 3 : (cell - channel) / 10;
  });
  colours.add(ids, image);
  const rgb = colours.toRgb();
  const level = (value: number) => Math.round((value + 1) * 127.5);
  expect([...rgb.subarray(3, 6)]).toEqual([level(0.1), level(0), level(-0.1)]);
  expect(rgb[0], 'two patches').toBe(level((0 + 1) / 2));
  expect([...rgb.subarray(27)], 'never seen').toEqual([0, 0, 0]);
});
