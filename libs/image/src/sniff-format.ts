import { PictureError } from './picture-error.ts';

/** The formats that are read. */
export type PictureFormat = 'png' | 'jpeg' | 'webp';

const READ: readonly [format: PictureFormat, pattern: RegExp][] = [
  ['png', /^\x89PNG\r\n\x1a\n/],
  ['jpeg', /^\xff\xd8\xff/],
  ['webp', /^RIFF[^]{4}WEBP/]
];

const REFUSED: readonly [name: string, pattern: RegExp][] = [
  ['GIF', /^GIF8/],
  ['TIFF', /^(II\*\0|MM\0\*|II\+\0|MM\0\+)/],
  ['BMP', /^BM[^]{4}\0\0\0\0/],
  ['AVIF', /^[^]{4}ftypavi[fs]/],
  ['HEIF', /^[^]{4}ftyp(hei[cfmsx]|hev[cx]|mif1|msf1)/],
  ['JPEG XL', /^(\xff\x0a|\0\0\0\x0cJXL )/],
  ['JPEG 2000', /^(\0\0\0\x0cjP {2}|\xff\x4f\xff\x51)/],
  ['ICO', /^\0\0[\x01\x02]\0/],
  ['PSD', /^8BPS/],
  ['OpenEXR', /^v\/1\x01/],
  ['PDF', /^%PDF-/],
  ['SVG', /^(\xef\xbb\xbf)?\s*(<\?xml|<!--|<!DOCTYPE svg|<svg)/i]
];

/**
 * Tells the format by the file's first bytes.
 *
 * @throws {PictureError} not_a_picture, unsupported_format
 */
export function sniffFormat(bytes: Uint8Array): PictureFormat {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  for (const [format, pattern] of READ) if (pattern.test(head)) return format;
  for (const [name, pattern] of REFUSED) {
    if (pattern.test(head)) throw new PictureError('unsupported_format', `the picture is ${name}; PNG, JPEG and WebP are read`);
  }
  if (bytes.length === 0) throw new PictureError('not_a_picture', 'the picture is empty');
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new PictureError('not_a_picture', `${bytes.length} bytes that start with ${start} are no PNG, JPEG or WebP`);
}
