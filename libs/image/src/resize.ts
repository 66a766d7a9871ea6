import { inSlices } from './in-slices.ts';
import type { Picture, PictureSize } from './picture.ts';
import { bicubic, box, type ResampleFilter } from './resample-filter.ts';
import { resampleAcross, resampleDown } from './resample-row.ts';
import { resampleTaps } from './resample-taps.ts';

/** A part of a picture, in pixels from its upper left corner. */
export interface Window extends PictureSize {
  readonly left: number;
  readonly top: number;
}

/**
 * Resizes as Pillow's BICUBIC does, bit for bit: antialiased when shrinking, rows first, rounded to 8 bits between the passes.
 * That is the order of every Pillow up to 11; 12 differs for pictures more than 100 times as tall as wide, 13 for more.
 * Works in slices, so that the event loop goes on.
 *
 * @param size of the whole result; with a window only that part of it is made
 * @throws the signal's reason, if it is aborted
 * @source Pillow src/libImaging/Resample.c, ImagingResampleInner
 */
export function resizeBicubic(picture: Picture, size: PictureSize & { window?: Window }, signal?: AbortSignal): Promise<Picture> {
  return resize(picture, size, bicubic, signal);
}

/** Resizes as Pillow's BOX does; otherwise like resizeBicubic. */
export function resizeBox(picture: Picture, size: PictureSize, signal?: AbortSignal): Promise<Picture> {
  return resize(picture, size, box, signal);
}

async function resize(
  picture: Picture,
  size: PictureSize & { window?: Window },
  filter: ResampleFilter,
  signal?: AbortSignal
): Promise<Picture> {
  const { left, top, width, height } = size.window ?? { ...size, left: 0, top: 0 };
  const across = resampleTaps({ from: picture.width, to: size.width, start: left, length: width }, filter);
  const down = resampleTaps({ from: picture.height, to: size.height, start: top, length: height }, filter);
  // The first pass makes only the rows that the second reads.
  const firstRow = down.first[0] as number;
  const rowCount = (down.first[height - 1] as number) + (down.count[height - 1] as number) - firstRow;

  const rows = new Uint8Array(rowCount * width * 3); // [rowCount, width, 3]
  const first = (y: number) => resampleAcross(rowOf(picture.rgb, picture.width, firstRow + y), across, rowOf(rows, width, y));
  await inSlices(rowCount, first, signal);

  const rgb = new Uint8Array(height * width * 3); // [height, width, 3]
  const shifted = { ...down, first: down.first.map((row) => row - firstRow) };
  await inSlices(height, (y) => resampleDown(rows, shifted, y, rowOf(rgb, width, y)), signal);
  return { width, height, rgb };
}

function rowOf(rgb: Uint8Array, width: number, y: number): Uint8Array {
  return rgb.subarray(y * width * 3, (y + 1) * width * 3);
}
