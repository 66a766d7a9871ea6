import type { BundleTensor, NetworkConfig } from './network.ts';
import { columns, concat, copy, linear } from './tensor-source.ts';

/** Tensors of the understanding encoder (SigLIP) and of the aligner that carries its features to the language model. */
export function visionTensors({ text, vision }: NetworkConfig): BundleTensor[] {
  const { hiddenSize: width, patchSize } = vision;
  const embeddings = 'vision_model.embeddings';
  return [
    copy('vision.patch.weight', [width, 3, patchSize, patchSize], `${embeddings}.patch_embedding.weight`),
    copy('vision.patch.bias', [width], `${embeddings}.patch_embedding.bias`),
    copy('vision.positions', [vision.rows, width], `${embeddings}.position_embedding.weight`),
    ...Array.from({ length: vision.layers }, (_, block) => blockTensors(vision, block)).flat(),
    ...norm('vision.norm', width, 'vision_model.post_layernorm'),
    ...linear('aligner.fc1', [width, text.hiddenSize], 'aligner.fc1'),
    ...linear('aligner.fc2', [text.hiddenSize, text.hiddenSize], 'aligner.hidden_layers.0')
  ];
}

function blockTensors(vision: NetworkConfig['vision'], block: number): BundleTensor[] {
  const { hiddenSize: width, intermediateSize: inner } = vision;
  const to = `vision.blocks.${block}`;
  const from = `vision_model.encoder.layers.${block}`;
  const projections = ['q', 'k', 'v'].map((part) => `${from}.self_attn.${part}_proj`);
  return [
    ...norm(`${to}.norm1`, width, `${from}.layer_norm1`),
    columns(`${to}.qkv.weight`, [width, 3 * width], ...projections.map((name) => `${name}.weight`)),
    concat(`${to}.qkv.bias`, 3 * width, ...projections.map((name) => `${name}.bias`)),
    ...linear(`${to}.proj`, [width, width], `${from}.self_attn.projection_layer`),
    ...norm(`${to}.norm2`, width, `${from}.layer_norm2`),
    ...linear(`${to}.fc1`, [width, inner], `${from}.mlp.fc1`),
    ...linear(`${to}.fc2`, [inner, width], `${from}.mlp.fc2`)
  ];
}

function norm(to: string, width: number, from: string): BundleTensor[] {
  return [copy(`${to}.weight`, [width], `${from}.weight`), copy(`${to}.bias`, [width], `${from}.bias`)];
}
