import { readFileSync } from 'node:fs';
import { crc32, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { goldenBytes, goldenFile } from '../fixtures/read-golden.ts';
import { decodePicture } from './decode-picture.ts';
import type { Picture } from './picture.ts';

interface Expected {
  readonly size: readonly [number, number];
  readonly rgb: string;
}

const folder = new URL('../fixtures/', import.meta.url);
const cases = readFileSync(new URL('pictures.jsonl', folder), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line): Expected & { file: string; upright?: Expected } => JSON.parse(line));

function fixture(name: string): Uint8Array {
  return readFileSync(new URL(`pictures/${name}`, folder));
}

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);
}

function expectPixels(name: string, picture: Picture, { size, rgb }: Expected) {
  expect([picture.width, picture.height]).toEqual(size);
  expect(largestDifference(picture.rgb, inflateSync(Buffer.from(rgb, 'base64')))).toBeLessThanOrEqual(name.endsWith('.jpg') ? 3 : 0);
}

describe('reads as Pillow', () => {
  test.each(cases)('$file', async ({ file, upright, ...stored }) => {
    expectPixels(file, await decodePicture(fixture(file), { rawOrientation: true }), stored);
    expectPixels(file, await decodePicture(fixture(file)), upright ?? stored);
  });

  test.each(['wide.png', 'tall.png', 'square.png', 'rgba.png', 'gray.png', 'palette.png', 'strip.png', 'exif.jpg'])(
    'golden %s',
    async (name) => {
      const picture = await decodePicture(goldenFile(`images/${name}`), { rawOrientation: true });
      const want = goldenBytes('preprocess', `${name.split('.')[0]}/rgb`);
      expect(largestDifference(picture.rgb, want)).toBeLessThanOrEqual(name.endsWith('.jpg') ? 3 : 0);
    }
  );
});

describe('refuses', () => {
  const ascii = (text: string) => new TextEncoder().encode(text);
  test.each([
    ['nothing', new Uint8Array(), 'not_a_picture', 'the picture is empty'],
    ['text', ascii('hello, picture'), 'not_a_picture', '14 bytes that start with 68 65 6c 6c 6f 2c 20 70'],
    ['SVG', ascii('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'), 'unsupported_format', 'the picture is SVG'],
    ['SVG behind an XML head', ascii('<?xml version="1.0"?><svg/>'), 'unsupported_format', 'the picture is SVG'],
    ['GIF', ascii('GIF89a\x01\0\x01\0'), 'unsupported_format', 'the picture is GIF'],
    ['TIFF', ascii('II*\0\x08\0\0\0'), 'unsupported_format', 'the picture is TIFF'],
    ['AVIF', ascii('\0\0\0\x1cftypavif'), 'unsupported_format', 'the picture is AVIF'],
    ['a PNG that is only its head', ascii('\x89PNG').subarray(1), 'not_a_picture', '4 bytes']
  ])('%s', async (_, bytes, kind, message) => {
    await expect(decodePicture(bytes)).rejects.toMatchObject({ name: 'PictureError', kind, message: expect.stringContaining(message) });
  });

  test.each(['rgb8.png', 'rgb8-interlaced.png', '420.jpg', '420-progressive.jpg', 'cmyk.jpg', 'lossy.webp', 'animated.webp'])(
    '%s cut short anywhere',
    async (name) => {
      const bytes = fixture(name);
      for (const kept of [20, 40, bytes.length >> 1, bytes.length - 20, bytes.length - 1]) {
        await expect(decodePicture(bytes.subarray(0, kept))).rejects.toMatchObject({ kind: 'truncated' });
      }
    }
  );

  test('a file whose pixels are damaged', async () => {
    const bytes = Uint8Array.from(fixture('rgb8.png'));
    bytes[150] = (bytes[150] as number) ^ 0xff;
    await expect(decodePicture(bytes)).rejects.toMatchObject({
      kind: 'corrupt',
      message: expect.stringContaining('the png cannot be decoded')
    });
  });

  test('more bytes, pixels or a longer side than the limits, naming both', async () => {
    const limits = { maxBytes: 10_000, maxPixels: 10_000, maxSide: 1000, timeoutSeconds: 20 };
    const photo = fixture('444.jpg'); // 33 x 21
    const refusal = (changed: Partial<typeof limits>) => decodePicture(photo, { limits: { ...limits, ...changed } });
    await expect(refusal({ maxBytes: 600 })).rejects.toMatchObject({
      kind: 'too_large',
      message: expect.stringMatching(/\d+ bytes; at most 600/)
    });
    await expect(refusal({ maxPixels: 692 })).rejects.toMatchObject({
      kind: 'too_large',
      message: expect.stringContaining('33 x 21 = 693 pixels; at most 692')
    });
    await expect(refusal({ maxSide: 32 })).rejects.toMatchObject({
      kind: 'too_large',
      message: expect.stringContaining('33 x 21 pixels; a side has at most 32')
    });
    await expect(refusal({ maxPixels: 693, maxSide: 33 })).resolves.toMatchObject({ width: 33, height: 21 });
  });

  test('a bomb by its header alone', async () => {
    const bytes = Uint8Array.from(fixture('grey1.png'));
    const header = new DataView(bytes.buffer);
    header.setUint32(16, 60_000);
    header.setUint32(20, 60_000);
    header.setUint32(29, crc32(bytes.subarray(12, 29)));
    await expect(decodePicture(bytes)).rejects.toMatchObject({
      kind: 'too_large',
      message: 'the picture has 60000 x 60000 = 3600000000 pixels; at most 50000000 are read'
    });
  });

  test('a caller who has gone', async () => {
    const gone = new Error('gone');
    await expect(decodePicture(fixture('rgb8.png'), { signal: AbortSignal.abort(gone) })).rejects.toBe(gone);
  });
});
