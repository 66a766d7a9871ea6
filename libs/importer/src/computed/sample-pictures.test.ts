import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/golden-folder.ts';
import { samplePictures } from './sample-pictures.ts';

test('samples are the picture files of a folder, in order of name', async () => {
  const folder = temporaryFolder();
  for (const name of ['b.JPG', 'a.webp', 'notes.txt', 'c.png']) writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'folder.png'));
  expect(await samplePictures(folder)).toEqual(['a.webp', 'b.JPG', 'c.png'].map((name) => join(folder, name)));
});

test('a folder that is not there is an error', async () => {
  const folder = join(temporaryFolder(), 'none');
  await expect(samplePictures(folder)).rejects.toThrow(
    expect.objectContaining({ kind: 'missing_file', message: expect.stringContaining(folder) })
  );
});
