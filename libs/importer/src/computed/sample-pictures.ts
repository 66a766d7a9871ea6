import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codecPixels, cropToSquare, decodePicture } from '@janus-mesh/image';
import { ModelError } from '@janus-mesh/models';

/** Most pictures that are looked at: each costs a run of the encoder. */
const MOST = 64;

/**
 * Files of a folder that are pictures by their names, in order of name.
 *
 * @throws {ModelError} missing_file if the folder cannot be read
 */
export async function samplePictures(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw new ModelError('missing_file', `${folder}: there is no such folder of pictures`, { cause });
  });
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const pictures = names.filter((name) => /\.(png|jpe?g|webp)$/i.test(name)).sort();
  return pictures.slice(0, MOST).map((name) => join(folder, name));
}

/**
 * A picture as the codec's encoder reads it.
 *
 * @returns f32 [3, side, side] in [-1, 1]
 * @throws {PictureError} what is wrong with the file
 */
export async function samplePixels(file: string, side: number, signal?: AbortSignal): Promise<Float32Array> {
  const picture = await decodePicture(await readFile(file), { signal });
  return codecPixels(await cropToSquare(picture, side, signal));
}
