import { statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { type GeneratedPicture, ImageFormat } from '@janus-mesh/contracts';
import { makeFolder, requireWritable } from './folders.ts';
import { CommandError } from './report.ts';

/**
 * Makes sure, before anything is drawn, that `out` fits, a file that ends in .png or .webp for one picture, else a folder, and that it can
 * be written.
 *
 * @throws {CommandError} usage, or why it cannot be written
 */
export function requireOut(out: string, { samples, isWebp }: { readonly samples: number; readonly isWebp: boolean }): void {
  const ending = extname(out).toLowerCase();
  if (isPictureFile(out)) {
    if (samples > 1) throw new CommandError('usage', `--out ${out} is one file, but ${samples} pictures are drawn: give a folder`);
    if (isWebp && ending === '.png') throw new CommandError('usage', `--out ${out} ends in .png, but --webp is given`);
    requireWritable(out, '--out');
    return;
  }
  if (/^\.(jpe?g|gif|bmp|tiff?|avif)$/.test(ending)) {
    throw new CommandError('usage', `--out ${out}: pictures are written as .png or .webp, not ${ending}`);
  }
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new CommandError('usage', `--out ${out} is a file that is there already: give a folder, or a name that ends in .png or .webp`);
  }
  requireWritable(join(out, 'picture'), '--out');
}

/** Where a picture is written: `out` itself if that names a file, else in the folder `out`, named after the prompt and the seed. */
export function pictureFile(picture: GeneratedPicture, prompt: string, out: string): string {
  if (isPictureFile(out)) return out;
  const words = prompt
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return join(out, `${words || 'picture'}-${picture.seed}.${picture.format === ImageFormat.IMAGE_FORMAT_WEBP ? 'webp' : 'png'}`);
}

/** Writes a picture, its folder too if need be. @returns the file */
export function savePicture(picture: GeneratedPicture, file: string): string {
  makeFolder(dirname(file));
  writeFileSync(file, picture.data);
  return file;
}

function isPictureFile(path: string): boolean {
  return ['.png', '.webp'].includes(extname(path).toLowerCase()) && !statSync(path, { throwIfNoEntry: false })?.isDirectory();
}
