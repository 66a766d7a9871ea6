import { type KvForm, UNQUANTIZED } from '@janus-mesh/models';
import { paddedHeadDim } from './head-padding.ts';
import type { BundleTensor, NetworkConfig } from './network.ts';
import { columns, computed, copy, linear } from './tensor-source.ts';

/** Tensors of the language model, its head, and what lies around the generation side (embedding, aligner, head). */
export function textTensors({ text, codec, quantization = UNQUANTIZED }: NetworkConfig): BundleTensor[] {
  const { hiddenSize: hidden, vocabSize } = text;
  const { codebookSize, codeWidth } = codec;
  return [
    { ...copy('text.embed', [vocabSize, hidden], 'language_model.embed_tokens.weight'), dtype: quantization.embedding },
    ...Array.from({ length: text.layers }, (_, layer) => layerTensors(text, layer)).flat(),
    copy('text.norm', [hidden], 'language_model.norm.weight'),
    ...Array.from({ length: text.layers }, (_, layer) => cacheScales(text, layer, quantization.kv)).flat(),
    columns('text.head', [hidden, vocabSize], 'lm_head.weight'),
    copy('codes.embed', [codebookSize, codeWidth], 'generation_embeddings.weight'),
    ...linear('codes.fc1', [codeWidth, hidden], 'generation_aligner.fc1'),
    ...linear('codes.fc2', [hidden, hidden], 'generation_aligner.hidden_layers.0'),
    ...linear('codes.head.fc1', [hidden, hidden], 'generation_head.proj_out'),
    ...linear('codes.head.fc2', [hidden, codebookSize], 'generation_head.vision_head'),
    computed('text.code_table', 'f32', [codebookSize, hidden], 'code_table')
  ];
}

function layerTensors(text: NetworkConfig['text'], layer: number): BundleTensor[] {
  const { hiddenSize: hidden, intermediateSize: inner } = text;
  const query = text.heads * text.headDim;
  const keyValue = text.kvHeads * text.headDim;
  const to = `text.layers.${layer}`;
  const from = `language_model.layers.${layer}`;
  const projections = ['q', 'k', 'v'].map((part) => `${from}.self_attn.${part}_proj.weight`);
  return [
    copy(`${to}.norm1`, [hidden], `${from}.input_layernorm.weight`),
    columns(`${to}.qkv`, [hidden, query + 2 * keyValue], ...projections),
    columns(`${to}.o`, [query, hidden], `${from}.self_attn.o_proj.weight`),
    copy(`${to}.norm2`, [hidden], `${from}.post_attention_layernorm.weight`),
    columns(`${to}.gate`, [hidden, inner], `${from}.mlp.gate_proj.weight`),
    columns(`${to}.up`, [hidden, inner], `${from}.mlp.up_proj.weight`),
    columns(`${to}.down`, [inner, hidden], `${from}.mlp.down_proj.weight`)
  ];
}

// Scales of an int8 cache: one for all of a layer's keys (values), or one a head and channel.
function cacheScales(text: NetworkConfig['text'], layer: number, form: KvForm): BundleTensor[] {
  if (form === 'f32') return [];
  const dims = form === 'int8' ? [1] : [text.kvHeads * paddedHeadDim(text)];
  return (['k', 'v'] as const).map((part) => ({
    name: `text.layers.${layer}.${part}_scale`,
    dtype: 'f32',
    dims,
    source: { kind: 'calibrated', layer, part }
  }));
}
