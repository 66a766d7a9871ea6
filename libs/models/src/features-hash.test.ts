import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { featuresHash } from './features-hash.ts';

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
