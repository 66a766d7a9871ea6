import type { Picture, PictureSize } from './picture.ts';

/**
 * Makes 8-bit pixels of the decoder's output: `clip((x + 1) / 2 * 255, 0, 255)` in f32, truncated.
 *
 * @param image f32 [3, height, width], nominally in [-1, 1]
 * @throws {RangeError} if the number of values is not 3 * height * width
 * @source deepseek-ai/Janus generation_inference.py, generate()
 */
export function toRgb8(image: Float32Array, { width, height }: PictureSize): Picture {
  const pixels = width * height;
  if (image.length !== 3 * pixels) throw new RangeError(`${image.length} values for a picture of 3 x ${height} x ${width}`);
  const rgb = new Uint8Array(3 * pixels);
  for (let channel = 0; channel < 3; channel++) {
    let to = channel;
    for (let from = channel * pixels; from < (channel + 1) * pixels; from++) {
      const level = Math.fround((Math.fround((image[from] as number) + 1) / 2) * 255);
      rgb[to] = Math.min(Math.max(level, 0), 255);
      to += 3;
    }
  }
  return { width, height, rgb };
}
