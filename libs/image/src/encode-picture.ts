import { bytesOf } from '@janus-mesh/tensor';
import type { Picture } from './picture.ts';
import { sharp } from './vips.ts';

function open({ width, height, rgb }: Picture) {
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

/** Encodes a picture as PNG, 8-bit RGB, off the event loop. The same pixels give the same bytes. */
export async function encodePng(picture: Picture): Promise<Uint8Array> {
  return bytesOf(await open(picture).png().toBuffer());
}

/** Encodes a picture as lossless WebP, off the event loop. The same pixels give the same bytes. */
export async function encodeWebp(picture: Picture): Promise<Uint8Array> {
  return bytesOf(await open(picture).webp({ lossless: true }).toBuffer());
}
