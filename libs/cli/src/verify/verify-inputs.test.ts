import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readVerifyPicture, readVerifyText } from './verify-inputs.ts';

const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-verify-inputs-'));
const [blank, words] = [join(folder, 'blank.txt'), join(folder, 'words.png')];
writeFileSync(blank, ' \n');
writeFileSync(words, 'no picture');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an empty text is refused by its name', async () => {
  await expect(readVerifyText(blank)).rejects.toMatchObject({
    kind: 'empty_text',
    message: `--text ${blank} is empty: there is nothing to predict`
  });
  expect(await readVerifyText(words)).toBe('no picture');
});

test('what is no picture is refused by its name', async () => {
  await expect(readVerifyPicture(words)).rejects.toMatchObject({
    kind: 'not_a_picture',
    message: expect.stringContaining(`--picture ${words}: `)
  });
  const picture = resolve(import.meta.dirname, '../../../../models/tiny-shapes/pictures/star-above-circle.png');
  expect((await readVerifyPicture(picture)).length).toBeGreaterThan(0);
});
