import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openBundle } from '@janus-mesh/bundle';
import { expect, test } from 'vitest';
import { type ImportOptions, importCheckpoint } from './import-checkpoint.ts';
import { temporaryFolder } from './testing/golden-folder.ts';

const TINY_SHAPES = resolve(import.meta.dirname, '../../../models/tiny-shapes');

async function palette(options: Pick<ImportOptions, 'pictures' | 'onWarning'> = {}): Promise<number[][]> {
  const dir = join(temporaryFolder(), 'bundle');
  await importCheckpoint(TINY_SHAPES, dir, { quantize: 'f32', ...options });
  const { weightsPath, tensors } = await openBundle(dir);
  const { offset, bytes } = tensors.get('codec.palette') as { offset: number; bytes: number };
  const rgb = readFileSync(weightsPath).subarray(offset, offset + bytes);
  return Array.from({ length: bytes / 3 }, (_, code) => [...rgb.subarray(code * 3, code * 3 + 3)]);
}

// tiny-shapes has one code a patch: 0 is empty, 49 to 52 are the quarters of a blue square, (40, 85, 220) on white.
test("codes have the colours they stand for in the checkpoint's own pictures", async () => {
  const learned = await palette();
  expect(learned[0]).toEqual([255, 255, 255]);
  const quarter = [0, 1, 2].map((channel) => [49, 50, 51, 52].reduce((sum, code) => sum + (learned[code]?.[channel] as number) / 4, 0));
  // A quarter of a square of 28 × 0.88 pixels covers 0.59 of its patch of 16 × 16.
  for (const [channel, level] of [40, 85, 220].entries())
    expect(Math.abs((quarter[channel] as number) - (255 + 0.59 * (level - 255)))).toBeLessThan(8);
});

test('without pictures every code has some colour, learned from random codes', async () => {
  const learned = await palette({ pictures: temporaryFolder() });
  expect(learned).toHaveLength(512);
  expect(learned.every((rgb) => rgb.some((level) => level > 0))).toBe(true);
});

test('a sample that is no picture is left out with a warning; the others still teach', async () => {
  const pictures = temporaryFolder();
  cpSync(join(TINY_SHAPES, 'pictures'), pictures, { recursive: true });
  writeFileSync(join(pictures, 'broken.png'), 'no picture');
  const warnings: string[] = [];
  const learned = await palette({ pictures, onWarning: (message) => warnings.push(message) });
  expect(learned).toEqual(await palette());
  expect(warnings).toEqual([expect.stringMatching(/broken\.png is left out of the colours of previews: 10 bytes that start with/)]);
});
