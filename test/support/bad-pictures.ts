import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { deflateSync } from 'node:zlib';
import { repairPng } from './repair-png.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** A picture of the image library's fixtures. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(resolve(ROOT, 'libs/image/fixtures/pictures', name)));
}

/** Text as a file. */
export function textFile(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** A PNG of a few bytes whose header states any size. */
export function hugePng(width: number, height: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(1000))), chunk('IEND', Buffer.alloc(0))];
  return repairPng(new Uint8Array(Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks])));
}

/** A JPEG whose header states any size. */
export function hugeJpeg(width: number, height: number): Uint8Array {
  const bytes = Buffer.from(fixture('rgb.jpg'));
  const frame = bytes.findIndex((byte, at) => byte === 0xff && [0xc0, 0xc1, 0xc2].includes(bytes[at + 1] as number));
  bytes.writeUInt16BE(height, frame + 5);
  bytes.writeUInt16BE(width, frame + 7);
  return new Uint8Array(bytes);
}

/** A lossless WebP whose header states any size up to 16384. */
export function hugeWebp(width: number, height: number): Uint8Array {
  const bytes = Buffer.from(fixture('lossless.webp'));
  const start = bytes.indexOf('VP8L') + 9; // behind the length and the signature byte
  const kept = bytes.readUInt32LE(start) & 0xf0000000;
  bytes.writeUInt32LE(((width - 1) | ((height - 1) << 14) | kept) >>> 0, start);
  return new Uint8Array(bytes);
}

/** The first part of a file. */
export function cutTo(bytes: Uint8Array, share: number): Uint8Array {
  return bytes.subarray(0, Math.floor(bytes.length * share));
}

function chunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, data, Buffer.alloc(4)]);
}
