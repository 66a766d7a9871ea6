import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { noisePicture } from '../fixtures/noise.ts';
import { cropToSquare } from './crop-to-square.ts';
import { resizeBicubic, resizeBox } from './resize.ts';

const digests: Record<string, string> = JSON.parse(readFileSync(new URL('../fixtures/resizes.json', import.meta.url), 'utf8'));

function digest(rgb: Uint8Array): string {
  return createHash('sha256').update(rgb).digest('hex');
}

function sizes(name: string): [width: number, height: number, toWidth: number, toHeight: number] {
  return name.match(/\d+/g)?.map(Number) as [number, number, number, number];
}

describe('resizes bit for bit as Pillow', () => {
  const cases = Object.entries(digests).filter(([name]) => !name.startsWith('crop'));
  test.each(cases)('%s', async (name, want) => {
    const [width, height, toWidth, toHeight] = sizes(name);
    const resize = name.startsWith('box') ? resizeBox : resizeBicubic;
    const out = await resize(noisePicture(width, height), { width: toWidth, height: toHeight });
    expect([out.width, out.height, out.rgb.length]).toEqual([toWidth, toHeight, toWidth * toHeight * 3]);
    expect(digest(out.rgb)).toBe(want);
  });
});

describe('crops bit for bit as LlamaGen', () => {
  const cases = Object.entries(digests).filter(([name]) => name.startsWith('crop'));
  test.each(cases)('%s', async (name, want) => {
    const [width, height, side] = sizes(name);
    const out = await cropToSquare(noisePicture(width, height), side);
    expect([out.width, out.height]).toEqual([side, side]);
    expect(digest(out.rgb)).toBe(want);
  });

  test('without making the whole of a long strip', async () => {
    const out = await cropToSquare(noisePicture(1, 65_535), 384);
    expect(out.rgb.length).toBe(384 * 384 * 3);
  });
});

test('leaves its input as it was, the size it has already included', async () => {
  const picture = noisePicture(5, 4);
  const before = picture.rgb.slice();
  const same = await resizeBicubic(picture, { width: 5, height: 4 });
  same.rgb.fill(0);
  expect(picture.rgb).toEqual(before);
});

test('lets the event loop go on while a large picture is resized', async () => {
  const picture = { width: 4000, height: 3000, rgb: new Uint8Array(4000 * 3000 * 3).fill(90) };
  let turns = 0;
  let running = true;
  const turn = () => {
    turns++;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  const out = await resizeBicubic(picture, { width: 384, height: 288 });
  running = false;
  expect(turns).toBeGreaterThan(5);
  expect(out.rgb.every((level) => level === 90)).toBe(true);
});

test('stops when its caller has gone', async () => {
  const leaving = new AbortController();
  const resizing = resizeBicubic(noisePicture(1500, 1500), { width: 384, height: 384 }, leaving.signal);
  leaving.abort(new Error('gone'));
  await expect(resizing).rejects.toThrow('gone');
});
