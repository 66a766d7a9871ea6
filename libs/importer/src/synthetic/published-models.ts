import type { CheckpointDocuments } from '@janus-mesh/models';
import { syntheticTokenizer, type TokenPlaces } from './synthetic-tokenizer.ts';

interface PublishedModel {
  readonly language: Readonly<Record<string, number>>;
  readonly tokens: TokenPlaces;
  readonly roles: 'deepseek' | 'deepseek_old';
}

const SMALL = { hidden_size: 2048, num_hidden_layers: 24, num_attention_heads: 16, num_key_value_heads: 16, intermediate_size: 5632 };
const LARGE = { hidden_size: 4096, num_hidden_layers: 30, num_attention_heads: 32, num_key_value_heads: 32, intermediate_size: 11_008 };
const VOCABULARY = 102_400;

// Ids by the released tokenizers. In those of 13 more ids, rare characters stand between the end of a sentence and the padding.
const WIDE_TOKENS: TokenPlaces = { bos: 100_000, eos: 100_001, pad: 100_015, beginOfImage: 100_016, endOfImage: 100_593 };
const PRO_1B_TOKENS: TokenPlaces = { bos: 100_000, eos: 100_001, pad: 100_002, beginOfImage: 100_003, endOfImage: 100_580 };

/** Models whose sizes are known, by the names a bundle of random weights is asked for with. */
export const PUBLISHED_MODELS = {
  'janus-1.3b': { language: SMALL, tokens: WIDE_TOKENS, roles: 'deepseek_old' },
  'janus-pro-1b': { language: SMALL, tokens: PRO_1B_TOKENS, roles: 'deepseek' },
  'janus-pro-7b': { language: LARGE, tokens: WIDE_TOKENS, roles: 'deepseek' }
} as const satisfies Record<string, PublishedModel>;

/** Name of a model whose sizes are known. */
export type PublishedName = keyof typeof PUBLISHED_MODELS;

/**
 * The configuration files of a published model, and a tokenizer with its number of tokens and its special ones at their ids.
 *
 * @source deepseek-ai/Janus-1.3B, Janus-Pro-1B, Janus-Pro-7B: config.json, processor_config.json, tokenizer.json
 */
export function publishedDocuments(name: PublishedName): CheckpointDocuments {
  const { language, tokens, roles } = PUBLISHED_MODELS[name];
  const width = language.hidden_size;
  const projector = { depth: 2, n_embed: width, projector_type: 'mlp_gelu' };
  return {
    config: {
      model_type: 'multi_modality',
      vision_config: { cls: 'CLIPVisionTower', params: { image_size: 384, model_name: 'siglip_large_patch16_384', select_layer: -1 } },
      aligner_config: { cls: 'MlpProjector', params: { ...projector, input_dim: 1024 } },
      gen_aligner_config: { cls: 'MlpProjector', params: { ...projector, input_dim: 8 } },
      gen_head_config: { cls: 'vision_head', params: { image_token_embed: width, image_token_size: 16_384, n_embed: width } },
      gen_vision_config: { cls: 'VQ-16', params: { image_token_size: 16_384, n_embed: 8 } },
      language_config: { model_type: 'llama', vocab_size: VOCABULARY, max_position_embeddings: 16_384, ...language }
    },
    processor: { sft_format: roles, num_image_tokens: 576 },
    preprocessor: { image_size: 384, min_size: 14, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], do_normalize: true },
    tokenizer: syntheticTokenizer(tokens)
  };
}
