import type { JsonFields } from './json-fields.ts';
import type { ModelSizes } from './layout.ts';
import type { VisionConfig } from './model-config.ts';
import { completeCodec, completeVision } from './picture-sizes.ts';
import { readTextConfig } from './text-config.ts';

/**
 * Reads the sizes from a config of `JanusForConditionalGeneration`; what is left out has the defaults of transformers' Janus configs.
 *
 * @throws {ModelError} unsupported_model or invalid_config, naming the field
 * @source huggingface/transformers models/janus/configuration_janus.py
 */
export function readHuggingFaceConfig(config: JsonFields): ModelSizes {
  const text = config.object('text_config');
  const vision = readVision(config.object('vision_config'));
  const codec = readCodec(config.object('vq_config'), vision);
  const tiesHead = config.flag('tie_word_embeddings', text.flag('tie_word_embeddings', true));
  return { text: readTextConfig(text), vision, codec, tiesHead };
}

function readVision(fields: JsonFields) {
  fields.only('model_type', 'janus_vision_model');
  fields.only('hidden_act', 'gelu');
  fields.only('attention_bias', true);
  fields.only('use_qk_norm', false);
  fields.only('num_channels', 3);
  fields.only('depth', 2);
  const hiddenSize = fields.size('hidden_size', 1024);
  const intermediateSize = fields.has('mlp_ratio')
    ? Math.floor(hiddenSize * fields.positive('mlp_ratio', 4))
    : fields.size('intermediate_size', hiddenSize * 4);
  const vision = completeVision(fields, {
    imageSize: fields.size('image_size', 384),
    patchSize: fields.size('patch_size', 16),
    hiddenSize,
    layers: fields.size('num_hidden_layers', 24, 1024),
    heads: fields.size('num_attention_heads', 16),
    intermediateSize,
    layerNormEps: fields.positive('layer_norm_eps', 1e-6)
  });
  if (fields.size('num_image_tokens', vision.rows) !== vision.rows)
    throw fields.invalid('num_image_tokens', `${vision.rows}, the patches of a picture of ${vision.imageSize}`);
  return vision;
}

function readCodec(fields: JsonFields, vision: VisionConfig) {
  fields.only('model_type', 'janus_vqgan');
  fields.only('hidden_act', 'gelu');
  fields.only('double_latent', false);
  fields.only('in_channels', 3);
  fields.only('out_channels', 3);
  fields.only('num_hidden_layers', 2);
  return completeCodec(
    fields,
    {
      baseChannels: fields.size('base_channels', 128),
      channelMultiplier: fields.numbers('channel_multiplier', [1, 1, 2, 2, 4]),
      resBlocks: fields.size('num_res_blocks', 2, 64),
      latentChannels: fields.size('latent_channels', 256),
      codeWidth: fields.size('embed_dim', 8),
      codebookSize: fields.size('num_embeddings', 16384)
    },
    vision
  );
}
