import { PictureError } from './picture-error.ts';
import type { PictureFormat } from './sniff-format.ts';

/**
 * Refuses a PNG or WebP whose container says that bytes are missing at the end; a JPEG's end shows only in decoding.
 *
 * @throws {PictureError} truncated
 */
export function requireWholeFile(format: PictureFormat, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'png' && !reachesPngEnd(view)) {
    throw new PictureError('truncated', `the PNG ends early: no IEND within its ${bytes.length} bytes`);
  }
  if (format === 'webp') {
    const stated = view.getUint32(4, true) + 8;
    if (stated > bytes.length) throw new PictureError('truncated', `the WebP ends early: ${bytes.length} of ${stated} bytes`);
  }
}

/** Walks the chunks: length u32, type, data, CRC. */
function reachesPngEnd(view: DataView): boolean {
  const end = 0x49454e44; // IEND
  for (let at = 8; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) === end) return true;
  }
  return false;
}
