import type { ImagePreview } from '@janus-mesh/contracts';

const UNKNOWN = 127;

/**
 * A coarse view of a picture whose first rows are known: one pixel a code, in the colour that code typically has.
 *
 * @param codes i64 [grid * grid], row after row from the top left; those below rowsDone are not looked at
 * @param palette u8 [codebook, 3], red, green, blue
 */
export function palettePreview(codes: BigInt64Array, rowsDone: number, grid: number, palette: Uint8Array): ImagePreview {
  const rgb = new Uint8Array(grid * grid * 3).fill(UNKNOWN);
  for (let i = 0; i < rowsDone * grid; i++) {
    const colour = Number(codes[i]) * 3;
    rgb.set(palette.subarray(colour, colour + 3), i * 3);
  }
  return { sampleIndex: 0, width: grid, height: grid, rowsDone, rgb };
}
