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
 * Completes the picture tokenizer's sizes: a picture has as many codes as the encoder's has patches, each 2^(levels - 1) pixels wide.
 * (Hugging Face's `num_patches` is no input: its config class replaces it by the same.)
 *
 * @throws {ModelError} invalid_config if the levels can't be; unsupported_model if 32 groups do not divide the channels
 */
export function completeCodec(
  fields: JsonFields,
  sizes: Omit<CodecConfig, 'grid' | 'imageSize'>,
  { imageSize, patchSize }: VisionConfig
): CodecConfig {
  const { baseChannels, channelMultiplier } = sizes;
  if (!channelMultiplier.every((multiplier) => Number.isInteger(multiplier) && multiplier > 0) || channelMultiplier.length > 8)
    throw fields.invalid('channel_multiplier', 'one to eight positive integers');
  if ([1, ...channelMultiplier].some((multiplier) => (baseChannels * multiplier) % NORM_GROUPS !== 0))
    throw fields.unsupported('base_channels', `channels must be multiples of the ${NORM_GROUPS} groups of its norms`);
  const grid = imageSize / patchSize;
  return { ...sizes, grid, imageSize: grid * 2 ** (channelMultiplier.length - 1) };
}
