import { normalize } from './normalize.ts';
import type { Picture } from './picture.ts';

/**
 * Makes the picture tokenizer's input of 8-bit pixels: levels from -1 to 1.
 *
 * @returns f32 [3, height, width]
 */
export function codecPixels(picture: Picture): Float32Array {
  return normalize(picture, { rescaleFactor: 1 / 255, normalize: true, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
}
