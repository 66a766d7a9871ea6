import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { canonicalTensors, isIgnoredTensor, type ModelConfig, readModelConfig, sourceTensors } from './index.ts';

const GOLDENS = join(import.meta.dirname, '../../../test/goldens');
const json = (path: string) => JSON.parse(readFileSync(join(GOLDENS, path), 'utf8'));

function readHeader(folder: string): Record<string, { shape: number[] }> {
  const file = readFileSync(join(GOLDENS, folder, 'model.safetensors'));
  const { __metadata__, ...tensors } = JSON.parse(file.toString('utf8', 8, 8 + Number(file.readBigUInt64LE())));
  return tensors;
}

test.each(['tiny-pro', 'tiny-pro-original'])('finds every tensor of %s in its shape, and knows what it leaves', (folder) => {
  const { layout, model } = readModelConfig({ config: json(`${folder}/config.json`), tokenizer: json(`${folder}/tokenizer.json`) });
  const stored = readHeader(folder);
  const used = new Set<string>();
  for (const { names, dims } of sourceTensors(layout, model)) {
    const name = names.find((candidate) => candidate in stored) ?? '';
    expect(stored[name]?.shape, names[0]).toEqual(dims);
    used.add(name);
  }
  expect(Object.keys(stored).filter((name) => !used.has(name) && !isIgnoredTensor(name))).toEqual([]);
});

test('splits the fused matrices of the original in equal thirds', () => {
  const { model } = readModelConfig({ config: json('tiny-pro-original/config.json'), tokenizer: json('tiny-pro/tokenizer.json') });
  const fused = sourceTensors('original', model).filter(({ names }) => names[0] === 'vision_model.vision_tower.blocks.1.attn.qkv.weight');
  expect(fused.map(({ canonical, dims, firstRow }) => [canonical.name, canonical.dims, dims, firstRow])).toEqual([
    ['vision_model.encoder.layers.1.self_attn.q_proj.weight', [48, 48], [144, 48], 0],
    ['vision_model.encoder.layers.1.self_attn.k_proj.weight', [48, 48], [144, 48], 48],
    ['vision_model.encoder.layers.1.self_attn.v_proj.weight', [48, 48], [144, 48], 96]
  ]);
});

test('grouped heads have fewer key and value rows', () => {
  const { model } = readModelConfig({ config: json('tiny-pro/config.json'), tokenizer: json('tiny-pro/tokenizer.json') });
  const grouped = { ...model, text: { ...model.text, kvHeads: 2, headDim: 24 } };
  const dims = new Map(canonicalTensors(grouped).map((tensor) => [tensor.name, tensor.dims]));
  expect(dims.get('language_model.layers.0.self_attn.q_proj.weight')).toEqual([96, 64]);
  expect(dims.get('language_model.layers.0.self_attn.k_proj.weight')).toEqual([48, 64]);
  expect(dims.get('language_model.layers.0.self_attn.o_proj.weight')).toEqual([64, 96]);
});

/** Parameters of the published models without the pooling head, which is not used. */
const POOLING_HEAD = 12_595_200;

test.each([
  ['Janus-Pro-1B', { hidden_size: 2048, intermediate_size: 5632, num_attention_heads: 16, num_hidden_layers: 24 }, 2_089_232_011],
  ['Janus-Pro-7B', { num_hidden_layers: 30 }, 7_420_368_523]
])('counts the parameters of %s', (_name, language, total) => {
  const config = { model_type: 'multi_modality', language_config: { ...language, vocab_size: 102_400 } };
  const { model } = readModelConfig({ config, tokenizer: json('tiny-pro/tokenizer.json') });
  expect(countParameters(model)).toBe(total - POOLING_HEAD);
});

function countParameters(model: ModelConfig): number {
  return canonicalTensors(model).reduce((sum, { dims }) => sum + dims.reduce((product, dim) => product * dim, 1), 0);
}
