import { f32View } from '@janus-mesh/tensor';
import { expect, test } from 'vitest';
import { goldenBytes } from '../fixtures/read-golden.ts';
import { codecPixels } from './codec-pixels.ts';
import { toRgb8 } from './to-rgb8.ts';

test.each(['decode_random', 'decode_ramp', 'decode_generated'])('makes the golden bytes of %s', (name) => {
  const { rgb } = toRgb8(f32View(goldenBytes('vq', `vq/${name}/image`)), { width: 64, height: 64 });
  expect(Buffer.compare(rgb, goldenBytes('vq', `vq/${name}/u8`))).toBe(0);
});

test('clips and truncates', () => {
  const { rgb } = toRgb8(Float32Array.of(-1.5, 1.5, 0), { width: 1, height: 1 });
  expect([...rgb]).toEqual([0, 255, 127]);
});

test('gives back the levels the codec reads', () => {
  const levels = Uint8Array.from({ length: 256 * 3 }, (_, i) => i / 3);
  const pixels = codecPixels({ width: 256, height: 1, rgb: levels });
  expect([pixels[0], pixels[255]]).toEqual([-1, 1]);
  expect(Math.abs((pixels[100] as number) - (100 / 127.5 - 1))).toBeLessThan(1e-6);
});

test('refuses a picture of another size', () => {
  expect(() => toRgb8(new Float32Array(12), { width: 2, height: 3 })).toThrow('12 values for a picture of 3 x 3 x 2');
});
