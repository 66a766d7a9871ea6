import type { JsonFields } from './json-fields.ts';
import type { ModelSizes } from './layout.ts';
import type { VisionConfig } from './model-config.ts';
import { completeCodec, completeVision } from './picture-sizes.ts';
import { readTextConfig } from './text-config.ts';

/** Names whose sizes the original code keeps in a table instead of in the config. */
const PUBLISHED_TOWER = 'siglip_large_patch16_384';
const TOWER_SIZES = ['width', 'layers', 'heads', 'patch_size', 'mlp_ratio'];

/**
 * Reads the sizes from a config of `MultiModalityCausalLM`. It names fixed architectures; sizes it does not spell out are
 * those of the released models (SigLIP-L/16 at 384, VQ-16, Llama defaults).
 *
 * @throws {ModelError} unsupported_model or invalid_config, naming the field
 * @source deepseek-ai/Janus janus/models/{modeling_vlm,clip_encoder,siglip_vit,projector,vq_model}.py
 */
export function readOriginalConfig(config: JsonFields): ModelSizes {
  checkAdapters(config);
  const vision = readVision(config.object('vision_config'));
  const codec = readCodec(config, vision);
  const language = config.object('language_config');
  const tiesHead = language.flag('tie_word_embeddings', config.flag('tie_word_embeddings', false));
  return { text: readTextConfig(language), vision, codec, tiesHead };
}

function checkAdapters(config: JsonFields): void {
  for (const key of ['aligner_config', 'gen_aligner_config']) {
    config.object(key).only('cls', 'MlpProjector');
    const params = config.object(key).object('params');
    params.only('projector_type', 'mlp_gelu');
    params.only('depth', 2);
  }
  config.object('gen_head_config').only('cls', 'vision_head');
}

function readVision(config: JsonFields) {
  config.only('cls', 'CLIPVisionTower');
  const fields = config.object('params');
  fields.only('select_layer', -1);
  fields.only('select_feature', 'same');
  if (!fields.text('model_name', PUBLISHED_TOWER).startsWith('siglip'))
    throw fields.unsupported('model_name', 'only SigLIP towers are supported');
  if (!TOWER_SIZES.every((key) => fields.has(key)) && fields.text('model_name', PUBLISHED_TOWER) !== PUBLISHED_TOWER)
    throw fields.unsupported('model_name', `sizes are known for ${PUBLISHED_TOWER}; others need ${TOWER_SIZES.join(', ')}`);
  const hiddenSize = fields.size('width', 1024);
  return completeVision(fields, {
    imageSize: fields.size('image_size', 384),
    patchSize: fields.size('patch_size', 16),
    hiddenSize,
    layers: fields.size('layers', 24, 1024),
    heads: fields.size('heads', 16),
    intermediateSize: Math.floor(hiddenSize * fields.positive('mlp_ratio', 4)),
    layerNormEps: 1e-6
  });
}

function readCodec(config: JsonFields, vision: VisionConfig) {
  config.object('gen_vision_config').only('cls', 'VQ-16');
  const fields = config.object('gen_vision_config').object('params');
  return completeCodec(
    fields,
    {
      baseChannels: fields.size('base_channels', 128),
      channelMultiplier: fields.numbers('channel_multiplier', [1, 1, 2, 2, 4]),
      resBlocks: fields.size('num_res_blocks', 2, 64),
      latentChannels: fields.size('z_channels', 256),
      codeWidth: fields.size('n_embed', 8),
      codebookSize: fields.size('image_token_size', 16384)
    },
    vision
  );
}
