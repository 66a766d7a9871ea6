import { inSlices } from './in-slices.ts';
import type { PictureSize } from './picture.ts';

/**
 * Converts 16-bit grey as Pillow does: values above 255 become 255, lower ones stay. Most such pictures come out nearly
 * white; that is what the model was given.
 *
 * @param grey u16 [height, width]
 * @returns u8 [height, width, 3]
 * @source Pillow src/libImaging/Convert.c, I16_RGB
 */
export async function grey16ToRgb(grey: Uint16Array, size: PictureSize, signal?: AbortSignal): Promise<Uint8Array> {
  const { width, height } = size;
  const rgb = new Uint8Array(width * height * 3);
  const row = (y: number) => {
    for (let from = y * width; from < (y + 1) * width; from++) {
      const level = Math.min(grey[from] as number, 255);
      rgb.fill(level, from * 3, from * 3 + 3);
    }
  };
  await inSlices(height, row, signal);
  return rgb;
}
