import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importCheckpoint } from './index.ts';
import { applyEdits, type BadCheckpoint } from './testing/golden-edits.ts';
import { copyOfGolden, golden, readJson } from './testing/golden-folder.ts';

describe.each(['tiny-pro', 'tiny-pro-original'])('%s', (name) => {
  const cases: BadCheckpoint[] = readJson(golden(name), 'cases.json').bad_checkpoints;

  test.each(cases)('refuses $name as $expect', async ({ edits, expect: kind, mentions = '' }) => {
    const folder = copyOfGolden(name);
    await applyEdits(folder, edits);
    const out = join(dirname(folder), 'bundle');
    await expect(importCheckpoint(folder, out)).rejects.toThrow(
      expect.objectContaining({ name: 'ModelError', kind, message: expect.stringContaining(mentions) })
    );
    expect(readdirSync(dirname(folder)), 'nothing is left').toEqual([name]);
  });

  test('takes the checkpoint without edits', async () => {
    const folder = copyOfGolden(name);
    await importCheckpoint(folder, join(dirname(folder), 'bundle'));
    expect(readdirSync(dirname(folder)).toSorted()).toEqual(['bundle', name].toSorted());
  });
});
