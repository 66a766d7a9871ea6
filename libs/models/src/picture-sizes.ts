import type { JsonFields } from './json-fields.ts';
import type { CodecConfig, VisionConfig } from './model-config.ts';

/** GroupNorm of the picture tokenizer always has 32 groups. */
const NORM_GROUPS = 32;

/**
 * Completes the understanding encoder's sizes with what follows from them.
 *
 * @throws {ModelError} invalid_config if patches do not tile the picture or heads do not divide the width
 */
export function completeVision(fields: JsonFields, sizes: Omit<VisionConfig, 'rows'>): VisionConfig {
  const { imageSize, patchSize, hiddenSize, heads } = sizes;
  if (imageSize % patchSize !== 0) throw fields.invalid('image_size', `a multiple of the patch size ${patchSize}`);
  if (hiddenSize % heads !== 0)
    throw fields.invalid(fields.has('heads') ? 'heads' : 'num_attention_heads', `a divisor of the width ${hiddenSize}`);
  return { ...sizes, rows: (imageSize / patchSize) ** 2 };
}

/**
 * Completes the picture tokenizer's sizes: a picture is `grid` codes wide, each 2^(levels - 1) pixels.
 *
 * @param grid side of the grid; unset: that of a picture as large as the encoder's
 * @throws {ModelError} invalid_config if the levels do not tile the picture; unsupported_model if 32 groups do not divide the channels
 */
export function completeCodec(
  fields: JsonFields,
  sizes: Omit<CodecConfig, 'grid' | 'imageSize'>,
  grid: number | undefined,
  visionImageSize: number
): CodecConfig {
  const { baseChannels, channelMultiplier } = sizes;
  if (!channelMultiplier.every((multiplier) => Number.isInteger(multiplier) && multiplier > 0) || channelMultiplier.length > 8)
    throw fields.invalid('channel_multiplier', 'one to eight positive integers');
  const badMultiplier = channelMultiplier.find((multiplier) => (baseChannels * multiplier) % NORM_GROUPS !== 0);
  if (baseChannels % NORM_GROUPS !== 0 || badMultiplier !== undefined)
    throw fields.unsupported('base_channels', `channels must be multiples of the ${NORM_GROUPS} groups of its norms`);
  const pixels = 2 ** (channelMultiplier.length - 1);
  const side = grid ?? visionImageSize / pixels;
  if (!Number.isInteger(side))
    throw fields.invalid('channel_multiplier', `levels that tile a picture of ${visionImageSize} with codes of ${pixels} pixels`);
  return { ...sizes, grid: side, imageSize: side * pixels };
}
