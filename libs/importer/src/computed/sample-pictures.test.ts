import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { golden, temporaryFolder } from '../testing/golden-folder.ts';
import { samplePictures, samplePixels } from './sample-pictures.ts';

test('samples are the picture files of a folder, in order of name', async () => {
  const folder = temporaryFolder();
  for (const name of ['b.JPG', 'a.webp', 'notes.txt', 'c.png']) writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'folder.png'));
  expect(await samplePictures(folder)).toEqual(['a.webp', 'b.JPG', 'c.png'].map((name) => join(folder, name)));
  expect(await samplePictures(join(folder, 'none'))).toEqual([]);
});

test('a sample that is no picture is refused by name', async () => {
  const file = join(golden('tiny-pro'), 'cases.json');
  await expect(samplePixels(file, 32)).rejects.toThrow(
    expect.objectContaining({ kind: 'corrupt_checkpoint', message: expect.stringContaining(`${file}: `) })
  );
});
