import { expect, test } from 'vitest';
import { noisePicture } from '../fixtures/noise.ts';
import { decodePicture } from './decode-picture.ts';
import { encodePng, encodeWebp } from './encode-picture.ts';

test.each([
  ['PNG', encodePng],
  ['WebP', encodeWebp]
])('%s keeps every pixel and is the same each time', async (_, encode) => {
  const picture = noisePicture(37, 23);
  const bytes = await encode(picture);
  expect(await decodePicture(bytes)).toEqual(picture);
  expect(await encode(picture)).toEqual(bytes);
});
