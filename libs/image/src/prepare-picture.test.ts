import { f32View } from '@janus-mesh/tensor';
import { describe, expect, test } from 'vitest';
import { goldenBytes, goldenFile } from '../fixtures/read-golden.ts';
import { decodePicture } from './decode-picture.ts';
import { fitToSquare } from './fit-to-square.ts';
import { preparePicture } from './prepare-picture.ts';
import type { Preprocess } from './preprocess.ts';

const preprocess: Preprocess = {
  imageSize: 64,
  minSize: 14,
  rescaleFactor: 0.00392156862745098,
  normalize: true,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  background: [127, 127, 127]
};

const names = ['wide', 'tall', 'square', 'photo', 'rgba', 'gray', 'palette', 'strip'];

describe('equals the original on the goldens', () => {
  test.each(names)('%s', async (name) => {
    const file = goldenFile(`images/${name}.png`);
    const canvas = await fitToSquare(await decodePicture(file, { rawOrientation: true }), preprocess);
    expect(Buffer.compare(canvas.rgb, goldenBytes('preprocess', `${name}/canvas`))).toBe(0);
    const { pixels } = await preparePicture(file, preprocess);
    expect(Buffer.compare(new Uint8Array(pixels.buffer), goldenBytes('preprocess', `${name}/pixel_values`))).toBe(0);
  });

  test('exif.jpg, not rotated, within the levels a JPEG decoder may differ', async () => {
    const { pixels, source } = await preparePicture(goldenFile('images/exif.jpg'), preprocess, { rawOrientation: true });
    const want = f32View(goldenBytes('preprocess', 'exif/pixel_values'));
    expect(Math.max(...pixels.map((value, i) => Math.abs(value - (want[i] as number))))).toBeLessThanOrEqual((3 / 255) * 2 + 1e-6);
    expect(source).toEqual({ width: 90, height: 60 });
  });
});

test('turns a picture upright by default', async () => {
  const { source } = await preparePicture(goldenFile('images/exif.jpg'), preprocess);
  expect(source).toEqual({ width: 60, height: 90 });
});

test('only rescales where the model wants no normalising', async () => {
  const { pixels } = await preparePicture(goldenFile('images/strip.png'), { ...preprocess, normalize: false, background: [0, 127, 255] });
  expect([pixels[0], pixels[64 * 64], pixels[2 * 64 * 64]]).toEqual([0, Math.fround(127 / 255), 1]);
});
