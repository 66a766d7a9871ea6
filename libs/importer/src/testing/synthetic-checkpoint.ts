import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalTensors, readModelConfig } from '@janus-mesh/models';
import { elementCount } from '@janus-mesh/tensor';
import { writeSafetensors } from './safetensors-writer.ts';

/** Sizes of the language model, the rest is as small as the goldens'. */
export interface SyntheticSizes {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly vocab_size: number;
}

/**
 * Writes a checkpoint (Hugging Face layout, bf16) with a language model of those sizes and meaningless weights.
 *
 * @param golden folder of a golden checkpoint, for everything else
 * @returns bytes of its tensors, and of the largest as f32
 */
export function writeSyntheticCheckpoint(folder: string, golden: string, sizes: SyntheticSizes): { bytes: number; largestAsF32: number } {
  mkdirSync(folder, { recursive: true });
  for (const file of ['tokenizer.json', 'processor_config.json', 'preprocessor_config.json'])
    cpSync(join(golden, file), join(folder, file));
  const config = JSON.parse(readFileSync(join(golden, 'config.json'), 'utf8'));
  Object.assign(config.text_config, sizes, { head_dim: sizes.hidden_size / config.text_config.num_attention_heads });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const tokenizer = JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8'));
  const tensors = canonicalTensors(readModelConfig({ config, tokenizer }).model);
  const pattern = Buffer.from(Uint16Array.from({ length: 2 ** 20 }, (_, i) => 0x3c00 | ((i * 2_654_435_761) >>> 23)).buffer);
  writeSafetensors(
    join(folder, 'model.safetensors'),
    tensors.map(({ name, dims }) => ({
      name: name === 'lm_head.weight' ? name : `model.${name}`,
      dtype: 'bf16',
      dims,
      bytes: () => repeated(pattern, elementCount(dims) * 2)
    }))
  );
  const counts = tensors.map(({ dims }) => elementCount(dims));
  return { bytes: 2 * counts.reduce((sum, count) => sum + count, 0), largestAsF32: 4 * Math.max(...counts) };
}

function* repeated(pattern: Uint8Array, bytes: number): Generator<Uint8Array> {
  for (let left = bytes; left > 0; left -= pattern.byteLength) yield pattern.subarray(0, Math.min(left, pattern.byteLength));
}
