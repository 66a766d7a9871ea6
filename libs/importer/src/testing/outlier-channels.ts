import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writePlainTensors } from './golden-edits.ts';
import { asF32, type PlainTensor, readPlainTensors, valuesOf } from './plain-tensors.ts';

/** Channels that get outliers, and how large they become. */
const CHANNELS = [3, 41];
const FACTOR = 50;

const NORM = /^model\.(language_model\.layers\.\d+)\.(input|post_attention)_layernorm\.weight$/;

/**
 * Copies a checkpoint with outlier channels planted in its language model: norm weights × 50 at some channels, the inputs of the linears
 * that read them ÷ 50. Its function is the same, its activations are those that make int8 hard.
 */
export function plantOutliers(checkpoint: string, folder: string): string {
  const copy = join(folder, basename(checkpoint));
  cpSync(checkpoint, copy, { recursive: true });
  const path = join(copy, 'model.safetensors');
  writePlainTensors(path, readPlainTensors(path).map(planted));
  return copy;
}

function planted(tensor: PlainTensor): PlainTensor {
  const scale = factorOf(tensor.name);
  if (scale === 1) return tensor;
  const values = valuesOf(tensor);
  const width = tensor.dims.at(-1) as number;
  for (let row = 0; row < values.length; row += width)
    for (const channel of CHANNELS) values[row + channel] = (values[row + channel] as number) * scale;
  return { ...asF32(tensor), bytes: new Uint8Array(values.buffer) };
}

function factorOf(name: string): number {
  if (NORM.test(name)) return FACTOR;
  return /^model\.language_model\.layers\.\d+\.(self_attn\.[qkv]_proj|mlp\.(gate|up)_proj)\.weight$/.test(name) ? 1 / FACTOR : 1;
}
