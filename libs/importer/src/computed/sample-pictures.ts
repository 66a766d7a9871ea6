import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codecPixels, cropToSquare, decodePicture, PictureError } from '@janus-mesh/image';
import { ModelError } from '@janus-mesh/models';

/** Most pictures that are looked at: each costs a run of the encoder. */
const MOST = 64;

/** Files of a folder that are pictures by their names, in order of name; none if there is no such folder. */
export async function samplePictures(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const pictures = names.filter((name) => /\.(png|jpe?g|webp)$/i.test(name)).sort();
  return pictures.slice(0, MOST).map((name) => join(folder, name));
}

/**
 * A picture as the codec's encoder reads it.
 *
 * @returns f32 [3, side, side] in [-1, 1]
 * @throws {ModelError} corrupt_checkpoint naming a file that is refused
 */
export async function samplePixels(file: string, side: number, signal?: AbortSignal): Promise<Float32Array> {
  const picture = await decodePicture(await readFile(file), { signal }).catch((error) => {
    if (!(error instanceof PictureError)) throw error;
    throw new ModelError('corrupt_checkpoint', `${file}: ${error.message}`, { cause: error });
  });
  return codecPixels(await cropToSquare(picture, side, signal));
}
