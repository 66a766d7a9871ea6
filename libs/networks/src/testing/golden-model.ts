import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { NetworkConfig } from '../network.ts';
import { type FloatTensor, readSafetensors } from './safetensors.ts';

const GOLDENS = resolve(import.meta.dirname, '../../../../test/goldens');
const TRAINED = resolve(import.meta.dirname, '../../../../models/tiny-shapes');

/** A golden checkpoint in Hugging Face's layout: its sizes, its canonical tensors, and what the original code gives. */
export interface GoldenModel {
  readonly config: NetworkConfig;
  readonly canonical: ReadonlyMap<string, FloatTensor>;
  /** Tensors of one expected file: `vision`, `text`, `image`, `vq`. */
  expected(file: string): Map<string, FloatTensor>;
  /** Parsed cases.json. */
  readonly cases: GoldenCases;
}

/** The parts of cases.json that tests here read. */
interface GoldenCases {
  readonly tolerance: Readonly<Record<string, number>>;
  readonly special_ids: Readonly<Record<string, number>>;
  readonly pictures: readonly { readonly name: string; readonly tensors: { readonly pixel_values: string } }[];
  readonly text: readonly GoldenText[];
  readonly generation_prompts: readonly {
    readonly name: string;
    readonly ids: readonly number[];
    readonly uncond_ids: readonly number[];
  }[];
  readonly image_runs: readonly { readonly name: string; readonly prompt: string; readonly ids: readonly number[] }[];
  readonly vq_encode: readonly { readonly name: string; readonly ids: readonly number[] }[];
  readonly vq_decode: readonly { readonly name: string; readonly ids: readonly number[] }[];
}

/** A prompt with the pictures whose features stand for its placeholders. */
export interface GoldenText {
  readonly name: string;
  readonly images: readonly string[];
  readonly ids: readonly number[];
  readonly new_ids: readonly number[];
}

/** Loads a set of goldens by the name of its folder. */
export function goldenModel(name = 'tiny-pro'): GoldenModel {
  const folder = resolve(GOLDENS, name);
  return {
    ...checkpoint(folder),
    expected: (file) => readSafetensors(resolve(folder, 'expected', `${file}.safetensors`)),
    cases: JSON.parse(readFileSync(resolve(folder, 'cases.json'), 'utf8'))
  };
}

/** Loads the small trained model that comes with the project. */
export function trainedModel(): Pick<GoldenModel, 'config' | 'canonical'> {
  return checkpoint(TRAINED);
}

function checkpoint(folder: string): Pick<GoldenModel, 'config' | 'canonical'> {
  const stored = readSafetensors(resolve(folder, 'model.safetensors'));
  return {
    config: networkConfig(JSON.parse(readFileSync(resolve(folder, 'config.json'), 'utf8'))),
    canonical: new Map([...stored].map(([key, tensor]) => [key.replace(/^model\./, ''), tensor]))
  };
}

type Sizes = Record<string, number> & { channel_multiplier: number[] };

// The goldens spell out every size, so nothing is left to defaults.
function networkConfig(json: { text_config: Sizes; vision_config: Sizes; vq_config: Sizes }): NetworkConfig {
  const { text_config: text, vision_config: vision, vq_config: vq } = json;
  const size = (part: Sizes, key: string) => part[key] as number;
  const grid = size(vq, 'num_patches');
  return {
    text: {
      hiddenSize: size(text, 'hidden_size'),
      layers: size(text, 'num_hidden_layers'),
      heads: size(text, 'num_attention_heads'),
      kvHeads: size(text, 'num_key_value_heads'),
      headDim: size(text, 'head_dim'),
      intermediateSize: size(text, 'intermediate_size'),
      vocabSize: size(text, 'vocab_size'),
      rmsNormEps: size(text, 'rms_norm_eps'),
      ropeTheta: size(text, 'rope_theta'),
      contextTokens: size(text, 'max_position_embeddings')
    },
    vision: {
      imageSize: size(vision, 'image_size'),
      patchSize: size(vision, 'patch_size'),
      hiddenSize: size(vision, 'hidden_size'),
      layers: size(vision, 'num_hidden_layers'),
      heads: size(vision, 'num_attention_heads'),
      intermediateSize: size(vision, 'hidden_size') * size(vision, 'mlp_ratio'),
      layerNormEps: size(vision, 'layer_norm_eps'),
      rows: (size(vision, 'image_size') / size(vision, 'patch_size')) ** 2
    },
    codec: {
      baseChannels: size(vq, 'base_channels'),
      channelMultiplier: vq.channel_multiplier,
      resBlocks: size(vq, 'num_res_blocks'),
      latentChannels: size(vq, 'latent_channels'),
      codeWidth: size(vq, 'embed_dim'),
      codebookSize: size(vq, 'num_embeddings'),
      grid,
      imageSize: grid * 2 ** (vq.channel_multiplier.length - 1)
    }
  };
}
