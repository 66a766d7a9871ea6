import { expect, test } from 'vitest';
import { palettePreview } from './palette-preview.ts';

// Two codes: dark red, light blue.
const ids = (...codes: number[]) => BigInt64Array.from(codes, BigInt);
const palette = Uint8Array.of(100, 0, 0, 180, 200, 255);

test('known rows have the colours of their codes, unknown rows are grey', () => {
  const preview = palettePreview(ids(0, 1, 1), 1, 2, palette);
  expect(preview).toEqual({
    sampleIndex: 0,
    width: 2,
    height: 2,
    rowsDone: 1,
    rgb: Uint8Array.of(100, 0, 0, 180, 200, 255, 127, 127, 127, 127, 127, 127)
  });
});

test('a preview of all rows has a colour for every code', () => {
  expect(palettePreview(ids(1, 0, 0, 1), 2, 2, palette).rgb).toEqual(Uint8Array.of(180, 200, 255, 100, 0, 0, 100, 0, 0, 180, 200, 255));
});
