import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CheckpointDocuments, readModelConfig } from './index.ts';

const GOLDENS = join(import.meta.dirname, '../../../test/goldens');
const json = (path: string) => JSON.parse(readFileSync(join(GOLDENS, path), 'utf8'));

function huggingFace(edit: (config: Json) => void = () => {}): CheckpointDocuments {
  const config = json('tiny-pro/config.json');
  edit(config);
  return { config, tokenizer: json('tiny-pro/tokenizer.json') };
}

function original(edit: (config: Json) => void = () => {}): CheckpointDocuments {
  const config = json('tiny-pro-original/config.json');
  edit(config);
  return { config, tokenizer: json('tiny-pro-original/tokenizer.json') };
}

// biome-ignore lint/suspicious/noExplicitAny: parsed JSON that tests edit
type Json = any;

/** The config.json of Janus-Pro-7B, which leaves most sizes out. */
const PUBLISHED_7B = {
  model_type: 'multi_modality',
  aligner_config: { cls: 'MlpProjector', params: { depth: 2, input_dim: 1024, n_embed: 4096, projector_type: 'mlp_gelu' } },
  gen_aligner_config: { cls: 'MlpProjector', params: { depth: 2, input_dim: 8, n_embed: 4096, projector_type: 'mlp_gelu' } },
  gen_head_config: { cls: 'vision_head', params: { image_token_embed: 4096, image_token_size: 16384, n_embed: 4096 } },
  gen_vision_config: { cls: 'VQ-16', params: { image_token_size: 16384, n_embed: 8 } },
  language_config: {
    max_position_embeddings: 16384,
    model_type: 'llama',
    num_hidden_layers: 30,
    torch_dtype: 'bfloat16',
    vocab_size: 102400
  },
  vision_config: {
    cls: 'CLIPVisionTower',
    params: { image_size: 384, model_name: 'siglip_large_patch16_384', select_feature: 'same', select_layer: -1 }
  }
};

describe('sizes', () => {
  test('both layouts of one model give the same configuration', () => {
    const { layout, model } = readModelConfig(original());
    expect(layout).toBe('original');
    expect(readModelConfig(huggingFace())).toEqual({ layout: 'huggingface', model, tiesHead: false });
    expect(model.text).toEqual({
      hiddenSize: 64,
      layers: 3,
      heads: 4,
      kvHeads: 4,
      headDim: 16,
      intermediateSize: 160,
      vocabSize: 2048,
      rmsNormEps: 1e-6,
      ropeTheta: 10_000,
      contextTokens: 1024
    });
    expect(model.vision).toMatchObject({ hiddenSize: 48, layers: 2, heads: 4, intermediateSize: 96, layerNormEps: 1e-6, rows: 16 });
    expect(model.codec).toMatchObject({ baseChannels: 32, latentChannels: 32, codeWidth: 8, codebookSize: 256, grid: 4, imageSize: 64 });
  });

  test('the published 7B config gets the sizes it leaves out', () => {
    const { model } = readModelConfig({ config: PUBLISHED_7B, tokenizer: json('tiny-pro/tokenizer.json') });
    expect(model.text).toMatchObject({ hiddenSize: 4096, heads: 32, kvHeads: 32, headDim: 128, intermediateSize: 11008, layers: 30 });
    expect(model.text.contextTokens, 'what it was trained on').toBe(4096);
    expect(model.vision).toMatchObject({ hiddenSize: 1024, layers: 24, heads: 16, patchSize: 16, intermediateSize: 4096, rows: 576 });
    expect(model.codec).toMatchObject({
      baseChannels: 128,
      channelMultiplier: [1, 1, 2, 2, 4],
      resBlocks: 2,
      latentChannels: 256,
      grid: 24
    });
  });

  test('a Hugging Face config without sizes gets those of its classes', () => {
    const config = { model_type: 'janus', text_config: { vocab_size: 102_400 }, vision_config: {}, vq_config: {} };
    const { model } = readModelConfig({ config, tokenizer: json('tiny-pro/tokenizer.json') });
    expect(model.text).toMatchObject({ hiddenSize: 4096, layers: 32, contextTokens: 2048 });
    expect(model.vision).toMatchObject({ imageSize: 384, hiddenSize: 1024, intermediateSize: 4096 });
    expect(model.codec).toMatchObject({ codebookSize: 16384, grid: 24, imageSize: 384 });
  });

  test('a drawn picture has as many codes as a described one has patches, whatever num_patches says', () => {
    const { codec } = readModelConfig(
      huggingFace(({ vq_config }) => Object.assign(vq_config, { num_patches: 32, channel_multiplier: [1, 2, 4] }))
    ).model;
    expect(codec).toMatchObject({ grid: 4, imageSize: 16 });
  });

  test('both spellings of the rope base are read', () => {
    const older = huggingFace(({ text_config }) => {
      text_config.rope_theta = 500_000;
    });
    const newer = huggingFace(({ text_config }) => {
      delete text_config.rope_theta;
      delete text_config.rope_scaling;
      text_config.rope_parameters = { rope_theta: 500_000, rope_type: 'default' };
      text_config.dtype = 'bfloat16';
    });
    expect(readModelConfig(older).model.text.ropeTheta).toBe(500_000);
    expect(readModelConfig(newer)).toEqual(readModelConfig(older));
  });

  test('grouped heads and a head size of its own are read', () => {
    const config = huggingFace(({ text_config }) => Object.assign(text_config, { num_key_value_heads: 2, head_dim: 32 }));
    expect(readModelConfig(config).model.text).toMatchObject({ heads: 4, kvHeads: 2, headDim: 32 });
    const halved = huggingFace(({ text_config }) => {
      delete text_config.head_dim;
      delete text_config.num_key_value_heads;
    });
    expect(readModelConfig(halved).model.text).toMatchObject({ kvHeads: 4, headDim: 16 });
  });

  test('the vision MLP is read as a ratio or as a size', () => {
    const sized = huggingFace(({ vision_config }) => {
      delete vision_config.mlp_ratio;
      vision_config.intermediate_size = 100;
    });
    expect(readModelConfig(sized).model.vision.intermediateSize).toBe(100);
  });

  test('a head may be tied where the config says so, or as the classes default', () => {
    const tied = (edit: (config: Json) => void) => readModelConfig(huggingFace(edit)).tiesHead;
    expect(tied(() => {})).toBe(false);
    expect(tied((config) => Object.assign(config, { tie_word_embeddings: true }))).toBe(true);
    expect(
      tied((config) => {
        delete config.tie_word_embeddings;
        delete config.text_config.tie_word_embeddings;
      })
    ).toBe(true);
    expect(readModelConfig(original()).tiesHead).toBe(false);
  });
});

describe('preprocessing', () => {
  test('is read from either form of file', () => {
    const expected = {
      imageSize: 64,
      minSize: 14,
      rescaleFactor: 1 / 255,
      normalize: true,
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      background: [127, 127, 127]
    };
    for (const folder of ['tiny-pro', 'tiny-pro-original']) {
      const documents = { ...huggingFace(), preprocessor: json(`${folder}/preprocessor_config.json`) };
      expect(readModelConfig(documents).model.preprocess, folder).toEqual(expected);
    }
    expect(readModelConfig(huggingFace()).model.preprocess, 'no file').toEqual(expected);
  });

  test('the background follows from the mean, as in the original', () => {
    const preprocessor = { image_mean: [0.25, 0.5, 1], background_color: [1, 2, 3], do_normalize: false };
    expect(readModelConfig({ ...huggingFace(), preprocessor }).model.preprocess).toMatchObject({
      background: [63, 127, 255],
      normalize: false
    });
  });
});

describe('what is refused', () => {
  const text = (fields: object) => huggingFace(({ text_config }) => Object.assign(text_config, fields));
  const vision = (fields: object) => huggingFace(({ vision_config }) => Object.assign(vision_config, fields));
  const codec = (fields: object) => huggingFace(({ vq_config }) => Object.assign(vq_config, fields));
  const tower = (fields: object) => original(({ vision_config }) => Object.assign(vision_config.params, fields));
  const unsupported: [string, CheckpointDocuments][] = [
    ['config.json: model_type is "llava"', huggingFace((config) => Object.assign(config, { model_type: 'llava' }))],
    ['model_type is absent', huggingFace((config) => delete config.model_type)],
    ['quantization_config', huggingFace((config) => Object.assign(config, { quantization_config: { bits: 4 } }))],
    ['text_config.hidden_act is "relu"; supported: "silu"', text({ hidden_act: 'relu' })],
    ['text_config.attention_bias is true', text({ attention_bias: true })],
    ['text_config.rope_scaling.rope_type is "yarn"', text({ rope_scaling: { rope_type: 'yarn', factor: 4 } })],
    ['text_config.rope_scaling.type is "linear"', text({ rope_scaling: { type: 'linear', factor: 4 } })],
    ['text_config.rope_parameters.rope_type is "dynamic"', text({ rope_parameters: { rope_type: 'dynamic' } })],
    ['vision_config.use_qk_norm is true', vision({ use_qk_norm: true })],
    ['vision_config.hidden_act is "gelu_pytorch_tanh"', vision({ hidden_act: 'gelu_pytorch_tanh' })],
    ['vision_config.depth is 3', vision({ depth: 3 })],
    ['vq_config.double_latent is true', codec({ double_latent: true })],
    ['vq_config.base_channels is 16', codec({ base_channels: 16 })],
    ['vision_config.cls is "SomeOtherTower"', original(({ vision_config }) => Object.assign(vision_config, { cls: 'SomeOtherTower' }))],
    ['vision_config.params.select_layer is -2', tower({ select_layer: -2 })],
    ['vision_config.params.select_feature is "patch"', tower({ select_feature: 'patch' })],
    ['vision_config.params.model_name is "sam_b_downsample"', tower({ model_name: 'sam_b_downsample' })],
    ['vision_config.params.model_name is "siglip_tiny_patch16_64"; sizes are known for', tower({ heads: undefined })],
    [
      'aligner_config.params.projector_type is "linear"',
      original((config) => Object.assign(config.aligner_config.params, { projector_type: 'linear' }))
    ],
    ['gen_vision_config.cls is "VQ-8"', original((config) => Object.assign(config.gen_vision_config, { cls: 'VQ-8' }))],
    ['processor_config.json: sft_format is "plain"', { ...original(), processor: { sft_format: 'plain' } }],
    ['preprocessor_config.json: resample is 2', { ...huggingFace(), preprocessor: { resample: 2 } }]
  ];
  test.each(unsupported)('as not supported: %s', (message, documents) => {
    expect(() => readModelConfig(documents)).toThrow(
      expect.objectContaining({ kind: 'unsupported_model', message: expect.stringContaining(message) })
    );
  });

  const invalid: [string, CheckpointDocuments][] = [
    ['config.json: the document is [1], expected an object', { ...huggingFace(), config: [1] }],
    ['config.json: text_config.hidden_size is "64", expected an integer from 1', text({ hidden_size: '64' })],
    ['config.json: text_config.num_hidden_layers is 1000000000', text({ num_hidden_layers: 1e9 })],
    ['text_config.num_key_value_heads is 3, expected a divisor of the 4 attention heads', text({ num_key_value_heads: 3 })],
    ['text_config.rms_norm_eps is 0', text({ rms_norm_eps: 0 })],
    ['vision_config.image_size is 65, expected a multiple of the patch size 16', vision({ image_size: 65 })],
    ['vision_config.num_attention_heads is 5, expected a divisor of the width 48', vision({ num_attention_heads: 5 })],
    ['vision_config.num_image_tokens is 576, expected 16', vision({ num_image_tokens: 576 })],
    ['vq_config.channel_multiplier is []', codec({ channel_multiplier: [] })],
    ['preprocessor_config.json: image_size is 384, expected', { ...huggingFace(), preprocessor: { image_size: 384 } }],
    ['preprocessor_config.json: min_size is 65, expected at most', { ...huggingFace(), preprocessor: { min_size: 65 } }],
    ['preprocessor_config.json: image_mean is [0,2,0], expected', { ...huggingFace(), preprocessor: { image_mean: [0, 2, 0] } }],
    ['preprocessor_config.json: image_std is [1,0,1], expected', { ...huggingFace(), preprocessor: { image_std: [1, 0, 1] } }],
    ['processor_config.json: num_image_tokens is 576, expected 16', { ...huggingFace(), processor: { num_image_tokens: 576 } }]
  ];
  test.each(invalid)('as not possible: %s', (message, documents) => {
    expect(() => readModelConfig(documents)).toThrow(
      expect.objectContaining({ kind: 'invalid_config', message: expect.stringContaining(message) })
    );
  });
});
