import { expect, test } from 'vitest';
import { promptPictures } from './prompt-pictures.ts';

const [a, b] = [Buffer.from('picture a'), Buffer.from('picture b')];
const upright = { revision: 'rev', rawOrientation: false };

test('a picture that is sent twice is there once, with both its places', () => {
  const requested = [a, b, Buffer.from(a)].map((data, index) => ({ data, field: `field ${index}` }));
  const { pictures, inOrder } = promptPictures(requested, upright);
  expect(pictures.map(({ data, fields }) => [data.toString(), fields])).toEqual([
    ['picture a', ['field 0', 'field 2']],
    ['picture b', ['field 1']]
  ]);
  expect(inOrder.map((picture) => pictures.indexOf(picture))).toEqual([0, 1, 0]);
});
