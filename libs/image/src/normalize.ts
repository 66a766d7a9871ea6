import type { Picture } from './picture.ts';
import type { Preprocess } from './preprocess.ts';

/**
 * Makes the encoder's input of 8-bit pixels: rescaled, then less the mean, over the deviation where the model wants that;
 * rounded to f32 after each step, as the original does.
 *
 * @returns f32 [3, height, width]
 * @source deepseek-ai/Janus image_processing_vlm.py, preprocess()
 */
export function normalize(picture: Picture, preprocess: Pick<Preprocess, 'rescaleFactor' | 'normalize' | 'mean' | 'std'>): Float32Array {
  const { rgb } = picture;
  const pixels = picture.width * picture.height;
  const out = new Float32Array(3 * pixels);
  for (let channel = 0; channel < 3; channel++) {
    const values = levelTable(preprocess, channel);
    let from = channel;
    for (let to = channel * pixels; to < (channel + 1) * pixels; to++) {
      out[to] = values[rgb[from] as number] as number;
      from += 3;
    }
  }
  return out;
}

/** The value of each of the 256 levels of a channel. */
function levelTable(preprocess: Pick<Preprocess, 'rescaleFactor' | 'normalize' | 'mean' | 'std'>, channel: number): Float32Array {
  const mean = Math.fround(preprocess.mean[channel] as number);
  const std = Math.fround(preprocess.std[channel] as number);
  return Float32Array.from({ length: 256 }, (_, level) => {
    const rescaled = Math.fround(level * preprocess.rescaleFactor);
    return preprocess.normalize ? Math.fround(rescaled - mean) / std : rescaled;
  });
}
