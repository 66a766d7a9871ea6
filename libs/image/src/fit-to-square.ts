import type { Picture } from './picture.ts';
import type { Preprocess } from './preprocess.ts';
import { resizeBicubic } from './resize.ts';

/**
 * Scales a picture so that its longest side is the model's and puts it in the middle of a square of the background colour.
 * Sides are rounded down, but at least `minSize`; an odd gap is larger on the right or below.
 *
 * @returns u8 [imageSize, imageSize, 3]
 * @throws the signal's reason, if it is aborted
 * @source deepseek-ai/Janus image_processing_vlm.py, resize() and expand2square()
 */
export async function fitToSquare(picture: Picture, preprocess: Preprocess, signal?: AbortSignal): Promise<Picture> {
  const { imageSize: side, minSize, background } = preprocess;
  const longest = Math.max(picture.width, picture.height);
  const scaled = await resizeBicubic(
    picture,
    {
      width: Math.max(Math.floor((picture.width * side) / longest), minSize),
      height: Math.max(Math.floor((picture.height * side) / longest), minSize)
    },
    signal
  );
  if (scaled.width === side && scaled.height === side) return scaled;
  const rgb = new Uint8Array(side * side * 3);
  for (let at = 0; at < rgb.length; at += 3) rgb.set(background, at);
  const left = (side - scaled.width) >> 1;
  const top = (side - scaled.height) >> 1;
  const rowBytes = scaled.width * 3;
  for (let y = 0; y < scaled.height; y++) {
    rgb.set(scaled.rgb.subarray(y * rowBytes, (y + 1) * rowBytes), ((top + y) * side + left) * 3);
  }
  return { width: side, height: side, rgb };
}
