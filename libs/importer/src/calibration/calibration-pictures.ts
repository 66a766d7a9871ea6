import { readFile } from 'node:fs/promises';
import { normalize, PictureError, preparePicture } from '@janus-mesh/image';
import { type ModelConfig, ModelError } from '@janus-mesh/models';

/** Arithmetic that pictures may take together, in multiplications: one picture of a SigLIP-L, several of a small one. */
const MOST_WORK = 3e11;
const MOST_PICTURES = 4;

/**
 * Pictures the vision encoder is measured on: the checkpoint's own, and a made one where there are none or there is time for more.
 *
 * @param samples picture files
 * @returns f32 [3, side, side] each, as the encoder reads them
 * @throws {ModelError} corrupt_checkpoint naming a sample that is refused
 */
export async function calibrationPictures(
  { vision, preprocess }: ModelConfig,
  samples: readonly string[],
  signal?: AbortSignal
): Promise<Float32Array[]> {
  const work = vision.rows * vision.layers * (4 * vision.hiddenSize ** 2 + 2 * vision.hiddenSize * vision.intermediateSize);
  const count = Math.max(1, Math.min(MOST_PICTURES, Math.floor(MOST_WORK / work)));
  const pictures: Float32Array[] = [];
  for (const sample of samples.slice(0, count === 1 ? 1 : count - 1)) {
    const { pixels } = await preparePicture(await readFile(sample), preprocess, { signal }).catch((error) => {
      if (!(error instanceof PictureError)) throw error;
      throw new ModelError('corrupt_checkpoint', `${sample}: ${error.message}`, { cause: error });
    });
    pictures.push(pixels);
  }
  if (pictures.length < count) pictures.push(normalize(madePicture(preprocess.imageSize), preprocess));
  return pictures;
}

/** Smooth shades, edges, a disc, stripes and a chequered corner: something of each kind a patch can show. */
export function madePicture(side: number): { width: number; height: number; rgb: Uint8Array } {
  const rgb = new Uint8Array(side * side * 3);
  for (let y = 0, at = 0; y < side; y++)
    for (let x = 0; x < side; x++) for (let channel = 0; channel < 3; channel++) rgb[at++] = level(x / side, y / side, channel);
  return { width: side, height: side, rgb };
}

// x and y from 0 to 1
function level(x: number, y: number, channel: number): number {
  if ((x - 0.35) ** 2 + (y - 0.4) ** 2 < 0.05) return [220, 40, 30][channel] ?? 0;
  if (x > 0.7 && y > 0.7) return (Math.floor(x * 48) + Math.floor(y * 48)) % 2 === 0 ? 255 : 0;
  if (y > 0.75) return Math.floor(x * 64) % 2 === 0 ? 235 : 20;
  if (x > 0.7 && y < 0.25) return 255;
  return Math.floor(255 * ((channel === 0 ? x : channel === 1 ? y : 1 - x) * 0.7 + 0.15 + 0.1 * Math.sin(40 * x * y)));
}
