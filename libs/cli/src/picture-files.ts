import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { type GeneratedPicture, ImageFormat } from '@janus-mesh/contracts';
import { CommandError } from './report.ts';

/**
 * Where pictures are written: `out` itself for one picture if it ends in .png or .webp, else files in the folder `out` named
 * after the prompt and the seed.
 */
export function pictureFile(picture: GeneratedPicture, prompt: string, out: string, samples: number): string {
  if (['.png', '.webp'].includes(extname(out).toLowerCase())) {
    if (samples > 1) throw new CommandError('usage', `--out ${out} is one file, but ${samples} pictures are drawn: give a folder`);
    return out;
  }
  const words = prompt
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return join(out, `${words || 'picture'}-${picture.seed}.${picture.format === ImageFormat.IMAGE_FORMAT_WEBP ? 'webp' : 'png'}`);
}

/** Writes a picture, its folder too if need be. @returns the file */
export function savePicture(picture: GeneratedPicture, file: string): string {
  if (picture.decodeError !== undefined) throw new CommandError('decode_failed', `sample ${picture.sampleIndex}: ${picture.decodeError}`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, picture.data);
  return file;
}
