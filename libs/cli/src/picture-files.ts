import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { type GeneratedPicture, ImageFormat } from '@janus-mesh/contracts';
import { CommandError } from './report.ts';

const ENDINGS = ['.png', '.webp'];
const OTHER_ENDINGS = ['.jpg', '.jpeg', '.gif', '.bmp', '.tif', '.tiff', '.avif'];

/**
 * Checks where pictures are to be written, before any is drawn.
 *
 * @throws {CommandError} if `out` is one file for several pictures, or has the ending of another kind of picture
 */
export function checkOut(out: string, samples: number): void {
  const ending = extname(out).toLowerCase();
  if (OTHER_ENDINGS.includes(ending)) throw new CommandError('usage', `--out ${out}: pictures are written as .png or .webp`);
  if (ENDINGS.includes(ending) && samples > 1) {
    throw new CommandError('usage', `--out ${out} is one file, but ${samples} pictures are drawn: give a folder`);
  }
}

/** Where a picture is written: `out` itself if it ends in .png or .webp, else a file in that folder named by prompt and seed. */
export function pictureFile(picture: GeneratedPicture, prompt: string, out: string): string {
  if (ENDINGS.includes(extname(out).toLowerCase())) return out;
  const words = prompt
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return join(out, `${words || 'picture'}-${picture.seed}.${picture.format === ImageFormat.IMAGE_FORMAT_WEBP ? 'webp' : 'png'}`);
}

/** Writes a picture, its folder too if need be. @returns the file */
export function savePicture(picture: GeneratedPicture, file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, picture.data);
  return file;
}

/** @throws {CommandError} naming the samples that could not be decoded, if there are any; their codes are known */
export function requireDecoded(pictures: readonly GeneratedPicture[]): void {
  const failed = pictures.filter(({ decodeError }) => decodeError !== undefined);
  if (failed.length === 0) return;
  const list = failed.map(({ sampleIndex, seed, decodeError }) => `sample ${sampleIndex} (seed ${seed}): ${decodeError}`);
  throw new CommandError('decode_failed', list.join('; '));
}
