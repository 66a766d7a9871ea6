import { bytesOf } from '@janus-mesh/tensor';
import type { Metadata, Sharp } from 'sharp';
import { cmykToRgb } from './cmyk-to-rgb.ts';
import { grey16ToRgb } from './grey16-to-rgb.ts';
import type { Picture } from './picture.ts';
import { PictureError } from './picture-error.ts';
import { DEFAULT_PICTURE_LIMITS, type PictureLimits } from './picture-limits.ts';
import { requireWholeFile } from './require-whole-file.ts';
import { type PictureFormat, sniffFormat } from './sniff-format.ts';
import { sharp } from './vips.ts';

/** How a file is read. */
export interface DecodeOptions {
  /** Leaves the picture as it is stored, whatever its EXIF orientation says. Default: false, it stands upright. */
  readonly rawOrientation?: boolean;
  /** Default: DEFAULT_PICTURE_LIMITS. */
  readonly limits?: PictureLimits;
  /** Gives up between slices of work; a decode that is under way ends first. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Decodes a PNG, JPEG or WebP as Pillow's `convert('RGB')` does: any mode and bit depth, alpha dropped and not blended,
 * profiles ignored, the first frame of an animation. PNG and WebP are exact, a JPEG may differ by 3 levels between builds
 * of its decoder. Limits are checked before pixels are decoded, which happens off the event loop.
 *
 * @throws {PictureError} if the file is refused
 * @throws the signal's reason, if it is aborted
 */
export async function decodePicture(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Picture> {
  const { rawOrientation = false, limits = DEFAULT_PICTURE_LIMITS, signal } = options;
  if (bytes.length > limits.maxBytes) {
    throw new PictureError('too_large', `the picture has ${bytes.length} bytes; at most ${limits.maxBytes} are read`);
  }
  const format = sniffFormat(bytes);
  requireWholeFile(format, bytes);
  signal?.throwIfAborted();
  const header = await orRefuse(format, () => sharp(bytes, { limitInputPixels: false }).metadata());
  requireSize(header, limits);
  const image = sharp(bytes, { autoOrient: !rawOrientation, ignoreIcc: true, failOn: 'error', limitInputPixels: limits.maxPixels });
  image.timeout({ seconds: limits.timeoutSeconds });
  if (isGrey16(format, bytes)) return decodeGrey16(format, image, signal);
  if (header.space === 'cmyk') return decodeCmyk(format, image, signal);
  const { data, info } = await readPixels(format, image.removeAlpha().toColourspace('srgb').raw());
  signal?.throwIfAborted();
  return { width: info.width, height: info.height, rgb: bytesOf(data) };
}

function requireSize({ width, height }: Metadata, { maxPixels, maxSide }: PictureLimits): void {
  if (width * height > maxPixels) {
    throw new PictureError('too_large', `the picture has ${width} x ${height} = ${width * height} pixels; at most ${maxPixels} are read`);
  }
  if (Math.max(width, height) > maxSide) {
    throw new PictureError('too_large', `the picture is ${width} x ${height} pixels; a side has at most ${maxSide}`);
  }
}

/** By the IHDR chunk: bit depth at 24, colour type at 25. Pillow saturates it; libvips would keep the high byte. */
function isGrey16(format: PictureFormat, bytes: Uint8Array): boolean {
  return format === 'png' && bytes[24] === 16 && bytes[25] === 0;
}

async function decodeGrey16(format: PictureFormat, image: Sharp, signal?: AbortSignal): Promise<Picture> {
  const { data, info } = await readPixels(format, image.removeAlpha().toColourspace('grey16').raw({ depth: 'ushort' }));
  const grey = new Uint16Array(data.buffer, data.byteOffset, info.width * info.height);
  return { width: info.width, height: info.height, rgb: await grey16ToRgb(grey, info, signal) };
}

/** libvips converts CMYK through a profile of its own unless the whole pipeline stays in CMYK. */
async function decodeCmyk(format: PictureFormat, image: Sharp, signal?: AbortSignal): Promise<Picture> {
  const { data, info } = await readPixels(format, image.pipelineColourspace('cmyk').toColourspace('cmyk').raw());
  return { width: info.width, height: info.height, rgb: await cmykToRgb(data, info, signal) };
}

function readPixels(format: PictureFormat, image: Sharp) {
  return orRefuse(format, () => image.toBuffer({ resolveWithObject: true }));
}

/** Runs the decoder; its failures are the file's. */
async function orRefuse<T>(format: PictureFormat, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (cause) {
    const words = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    if (words.startsWith('timeout')) throw new PictureError('timed_out', `decoding the ${format} took too long: ${words}`, { cause });
    const kind = words.includes('premature end') ? 'truncated' : 'corrupt';
    throw new PictureError(kind, `the ${format} cannot be decoded: ${words}`, { cause });
  }
}
