import { PictureError } from './picture-error.ts';

/** The formats that are read. */
export type PictureFormat = 'png' | 'jpeg' | 'webp';

const REFUSED: readonly [name: string, offset: number, ...signatures: string[]][] = [
  ['GIF', 0, 'GIF8'],
  ['TIFF', 0, 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'],
  ['BMP', 0, 'BM'],
  ['AVIF', 4, 'ftypavif', 'ftypavis'],
  ['HEIF', 4, 'ftyphei', 'ftyphev', 'ftypmif1', 'ftypmsf1'],
  ['JPEG XL', 0, '\xff\x0a', '\0\0\0\x0cJXL '],
  ['JPEG 2000', 0, '\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'],
  ['ICO', 0, '\0\0\x01\0'],
  ['PSD', 0, '8BPS'],
  ['PDF', 0, '%PDF-']
];

/**
 * Tells the format by the file's first bytes.
 *
 * @throws {PictureError} not_a_picture, unsupported_format
 */
export function sniffFormat(bytes: Uint8Array): PictureFormat {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'webp';
  const other = otherFormat(head);
  if (other) throw new PictureError('unsupported_format', `the picture is ${other}; PNG, JPEG and WebP are read`);
  if (bytes.length === 0) throw new PictureError('not_a_picture', 'the picture is empty');
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new PictureError('not_a_picture', `${bytes.length} bytes that start with ${start} are no PNG, JPEG or WebP`);
}

function otherFormat(head: string): string | undefined {
  const text = head.replace('\xef\xbb\xbf', '').trimStart().toLowerCase();
  if (text.startsWith('<svg') || text.startsWith('<?xml')) return 'SVG';
  return REFUSED.find(([, offset, ...signatures]) => signatures.some((signature) => head.startsWith(signature, offset)))?.[0];
}
