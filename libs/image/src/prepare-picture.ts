import { type DecodeOptions, decodePicture } from './decode-picture.ts';
import { fitToSquare } from './fit-to-square.ts';
import { normalize } from './normalize.ts';
import type { PictureSize } from './picture.ts';
import type { Preprocess } from './preprocess.ts';

/** A picture as the understanding encoder reads it. */
export interface PreparedPicture {
  /** f32 [3, imageSize, imageSize]. */
  readonly pixels: Float32Array;
  /** The picture's own size, upright unless rawOrientation was set. */
  readonly source: PictureSize;
}

/**
 * Decodes a file, fits it into the model's square and normalises it.
 *
 * @throws {PictureError} if the file is refused
 * @throws the signal's reason, if it is aborted
 */
export async function preparePicture(bytes: Uint8Array, preprocess: Preprocess, options: DecodeOptions = {}): Promise<PreparedPicture> {
  const picture = await decodePicture(bytes, options);
  const canvas = await fitToSquare(picture, preprocess, options.signal);
  return { pixels: normalize(canvas, preprocess), source: { width: picture.width, height: picture.height } };
}
