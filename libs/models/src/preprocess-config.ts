import type { JsonFields } from './json-fields.ts';
import type { PreprocessConfig, VisionConfig } from './model-config.ts';

/**
 * Reads how pictures are prepared; a missing file or field has the released models' value.
 *
 * @throws {ModelError} unsupported_model for steps that differ from the original's; invalid_config if the size is not the encoder's
 * @source deepseek-ai/Janus janus/models/image_processing_vlm.py
 */
export function readPreprocessConfig(fields: JsonFields, vision: VisionConfig): PreprocessConfig {
  for (const step of ['do_resize', 'do_rescale', 'do_pad', 'do_convert_rgb']) fields.only(step, true);
  fields.only('resample', 3);
  const imageSize = readImageSize(fields, vision.imageSize);
  if (imageSize !== vision.imageSize)
    throw fields.invalid(fields.has('size') ? 'size' : 'image_size', `the vision tower's image size ${vision.imageSize}`);
  const minSize = fields.size('min_size', 14);
  if (minSize > imageSize) throw fields.invalid('min_size', `at most the image size ${imageSize}`);
  const mean = triple(fields.numbers('image_mean', [0.5, 0.5, 0.5], 3));
  if (!mean.every((level) => level >= 0 && level <= 1)) throw fields.invalid('image_mean', 'levels from 0 to 1');
  const std = triple(fields.numbers('image_std', [0.5, 0.5, 0.5], 3));
  if (!std.every((deviation) => deviation > 0)) throw fields.invalid('image_std', 'numbers above 0');
  return {
    imageSize,
    minSize,
    rescaleFactor: fields.positive('rescale_factor', 1 / 255),
    normalize: fields.flag('do_normalize', true),
    mean,
    std,
    // The original computes it from the mean and does not read `background_color`.
    background: triple(mean.map((level) => Math.trunc(level * 255)))
  };
}

function readImageSize(fields: JsonFields, fallback: number): number {
  const size = fields.get('size');
  if (size === undefined || typeof size === 'number') return fields.size(size === undefined ? 'image_size' : 'size', fallback);
  const sides = fields.object('size');
  const height = sides.size('height', fallback);
  if (sides.size('width', height) !== height) throw fields.unsupported('size', 'only square pictures are supported');
  return height;
}

function triple(values: readonly number[]): [number, number, number] {
  const [a = 0, b = 0, c = 0] = values;
  return [a, b, c];
}
