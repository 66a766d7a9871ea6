import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { featuresHash } from './features-hash.ts';
import { promptPictures } from './prompt-pictures.ts';

const [a, b] = [Buffer.from('picture a'), Buffer.from('picture b')];
const upright = { revision: 'rev', rawOrientation: false };

test('features are named by revision, options and bytes', () => {
  const names = [
    featuresHash(a, upright),
    featuresHash(b, upright),
    featuresHash(a, { ...upright, rawOrientation: true }),
    featuresHash(a, { ...upright, revision: 'other' })
  ].map((hash) => hash.toString('hex'));
  expect(names[0]).toBe(createHash('sha256').update('rev\nupright\npicture a').digest('hex'));
  expect(new Set(names).size).toBe(4);
});

test('a picture that is sent twice is there once, with both its places', () => {
  const requested = [a, b, Buffer.from(a)].map((data, index) => ({ data, field: `field ${index}` }));
  const { pictures, inOrder } = promptPictures(requested, upright);
  expect(pictures.map(({ data, fields }) => [data.toString(), fields])).toEqual([
    ['picture a', ['field 0', 'field 2']],
    ['picture b', ['field 1']]
  ]);
  expect(inOrder.map((picture) => pictures.indexOf(picture))).toEqual([0, 1, 0]);
});
