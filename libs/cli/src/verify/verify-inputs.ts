import { readFile } from 'node:fs/promises';
import { decodePicture, PictureError } from '@janus-mesh/image';
import { CommandError } from '../report.ts';
import { readPicture } from '../turn.ts';

/**
 * Reads the text whose perplexity is told.
 *
 * @throws {CommandError} empty_text
 */
export async function readVerifyText(file: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  if (text.trim() === '') throw new CommandError('empty_text', `--text ${file} is empty: there is nothing to predict`);
  return text;
}

/**
 * Reads a picture file, and makes sure that it can be decoded.
 *
 * @throws {CommandError} not_a_file, or the kind of the PictureError that it is refused with, naming the file
 */
export async function readVerifyPicture(file: string): Promise<Uint8Array> {
  const { data } = await readPicture(file);
  try {
    await decodePicture(data);
  } catch (error) {
    throw error instanceof PictureError ? new CommandError(error.kind, `--picture ${file}: ${error.message}`) : error;
  }
  return data;
}
