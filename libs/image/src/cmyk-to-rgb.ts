import { inSlices } from './in-slices.ts';
import type { PictureSize } from './picture.ts';

/**
 * Converts inks to light as Pillow does, without a profile: `(255 - k) - c * (255 - k) / 255`, rounded.
 *
 * @param cmyk u8 [height, width, 4], 0 is no ink
 * @returns u8 [height, width, 3]
 * @source Pillow src/libImaging/Convert.c, cmyk2rgb
 */
export async function cmykToRgb(cmyk: Uint8Array, size: PictureSize, signal?: AbortSignal): Promise<Uint8Array> {
  const { width, height } = size;
  const rgb = new Uint8Array(width * height * 3);
  const row = (y: number) => {
    let to = y * width * 3;
    for (let from = y * width * 4; from < (y + 1) * width * 4; from += 4) {
      const light = 255 - (cmyk[from + 3] as number);
      rgb[to++] = light - scale(cmyk[from] as number, light);
      rgb[to++] = light - scale(cmyk[from + 1] as number, light);
      rgb[to++] = light - scale(cmyk[from + 2] as number, light);
    }
  };
  await inSlices(height, row, signal);
  return rgb;
}

/** a * b / 255, rounded: Pillow's MULDIV255. */
function scale(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}
