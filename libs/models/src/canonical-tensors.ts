import { codecTensors } from './canonical-codec.ts';
import type { ModelConfig, TextConfig, VisionConfig } from './model-config.ts';

/** A tensor of a model by the name Hugging Face gives it (without the leading `model.`), whatever the checkpoint's layout. */
export interface CanonicalTensor {
  readonly name: string;
  readonly dims: readonly number[];
}

/** Lists all tensors a model has, each once: what a checkpoint must hold. */
export function canonicalTensors({ text, vision, codec }: Pick<ModelConfig, 'text' | 'vision' | 'codec'>): CanonicalTensor[] {
  const hidden = text.hiddenSize;
  return [
    ...visionTensors(vision),
    ...linear('aligner.fc1', hidden, vision.hiddenSize),
    ...linear('aligner.hidden_layers.0', hidden, hidden),
    ...textTensors(text),
    { name: 'generation_embeddings.weight', dims: [codec.codebookSize, codec.codeWidth] },
    ...linear('generation_aligner.fc1', hidden, codec.codeWidth),
    ...linear('generation_aligner.hidden_layers.0', hidden, hidden),
    ...linear('generation_head.proj_out', hidden, hidden),
    ...linear('generation_head.vision_head', codec.codebookSize, hidden),
    ...codecTensors(codec)
  ];
}

function textTensors(text: TextConfig): CanonicalTensor[] {
  const { hiddenSize: hidden, intermediateSize: inner, vocabSize } = text;
  const query = text.heads * text.headDim;
  const keyValue = text.kvHeads * text.headDim;
  const layers = Array.from({ length: text.layers }, (_, layer) => {
    const at = `language_model.layers.${layer}`;
    return [
      { name: `${at}.input_layernorm.weight`, dims: [hidden] },
      { name: `${at}.self_attn.q_proj.weight`, dims: [query, hidden] },
      { name: `${at}.self_attn.k_proj.weight`, dims: [keyValue, hidden] },
      { name: `${at}.self_attn.v_proj.weight`, dims: [keyValue, hidden] },
      { name: `${at}.self_attn.o_proj.weight`, dims: [hidden, query] },
      { name: `${at}.post_attention_layernorm.weight`, dims: [hidden] },
      { name: `${at}.mlp.gate_proj.weight`, dims: [inner, hidden] },
      { name: `${at}.mlp.up_proj.weight`, dims: [inner, hidden] },
      { name: `${at}.mlp.down_proj.weight`, dims: [hidden, inner] }
    ];
  });
  return [
    { name: 'language_model.embed_tokens.weight', dims: [vocabSize, hidden] },
    ...layers.flat(),
    { name: 'language_model.norm.weight', dims: [hidden] },
    { name: 'lm_head.weight', dims: [vocabSize, hidden] }
  ];
}

function visionTensors(vision: VisionConfig): CanonicalTensor[] {
  const { hiddenSize: width, intermediateSize: inner, patchSize } = vision;
  const blocks = Array.from({ length: vision.layers }, (_, block) => {
    const at = `vision_model.encoder.layers.${block}`;
    return [
      ...norm(`${at}.layer_norm1`, width),
      ...['q_proj', 'k_proj', 'v_proj', 'projection_layer'].flatMap((part) => linear(`${at}.self_attn.${part}`, width, width)),
      ...norm(`${at}.layer_norm2`, width),
      ...linear(`${at}.mlp.fc1`, inner, width),
      ...linear(`${at}.mlp.fc2`, width, inner)
    ];
  });
  return [
    { name: 'vision_model.embeddings.patch_embedding.weight', dims: [width, 3, patchSize, patchSize] },
    { name: 'vision_model.embeddings.patch_embedding.bias', dims: [width] },
    { name: 'vision_model.embeddings.position_embedding.weight', dims: [vision.rows, width] },
    ...blocks.flat(),
    ...norm('vision_model.post_layernorm', width)
  ];
}

function linear(name: string, output: number, input: number): CanonicalTensor[] {
  return [
    { name: `${name}.weight`, dims: [output, input] },
    { name: `${name}.bias`, dims: [output] }
  ];
}

function norm(name: string, width: number): CanonicalTensor[] {
  return [
    { name: `${name}.weight`, dims: [width] },
    { name: `${name}.bias`, dims: [width] }
  ];
}
