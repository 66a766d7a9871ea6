import type { Picture } from './picture.ts';
import { resizeBicubic, resizeBox } from './resize.ts';

/**
 * Scales a picture so that its short side is `side` and cuts the middle square out of it, as the picture tokenizer was
 * trained: halved by BOX while the short side is at least twice the target, then BICUBIC.
 *
 * @returns u8 [side, side, 3]
 * @throws the signal's reason, if it is aborted
 * @source FoundationVision/LlamaGen dataset/augmentation.py, center_crop_arr()
 */
export async function cropToSquare(picture: Picture, side: number, signal?: AbortSignal): Promise<Picture> {
  let scaled = picture;
  while (Math.min(scaled.width, scaled.height) >= 2 * side) {
    scaled = await resizeBox(scaled, { width: scaled.width >> 1, height: scaled.height >> 1 }, signal);
  }
  const scale = side / Math.min(scaled.width, scaled.height);
  const width = roundHalfToEven(scaled.width * scale);
  const height = roundHalfToEven(scaled.height * scale);
  // Only the square is made: the whole of a long strip would be far larger than the picture.
  const window = { left: (width - side) >> 1, top: (height - side) >> 1, width: side, height: side };
  return resizeBicubic(scaled, { width, height, window }, signal);
}

/** Python's round(). */
function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
