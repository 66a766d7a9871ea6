import type { CodecConfig, ModelConfig, TextConfig, VisionConfig } from '@janus-mesh/models';
import { decoderLevels, innerChannels } from '../../libs/networks/src/codec-levels.ts';

/** What a case cannot do without. */
export interface Work {
  /** Elements of the matrices it reads. */
  readonly weights: number;
  /** Multiplications and additions of its matrix products and convolutions; attention over a context is left out. */
  readonly operations: number;
}

/** The work of a case, or undefined where it is about no computing. */
export function workOf(name: string, config: ModelConfig): Work | undefined {
  const [kind = '', count] = name.split(/-(?=\d+$)/);
  const rows = Number(count);
  const body = bodyWeights(config.text);
  if (kind === 'decode') return products(body + headWeights(config), rows);
  if (kind === 'prefill') return products(body, rows);
  if (name === 'siglip') return siglipWork(config.vision);
  if (name === 'vq-decode') return vqWork(config.codec);
  return undefined;
}

function products(weights: number, rows: number): Work {
  return { weights, operations: 2 * rows * weights };
}

// Matrices of the language model's layers.
function bodyWeights({ layers, hiddenSize, heads, kvHeads, headDim, intermediateSize }: TextConfig): number {
  return layers * (hiddenSize * headDim * (2 * heads + 2 * kvHeads) + 3 * hiddenSize * intermediateSize);
}

// Matrices of the generation head.
function headWeights({ text: { hiddenSize }, codec: { codebookSize } }: ModelConfig): number {
  return hiddenSize * (hiddenSize + codebookSize);
}

// Its attention is between all rows of the picture, and counts.
function siglipWork({ layers, hiddenSize, intermediateSize, rows }: VisionConfig): Work {
  const weights = layers * (4 * hiddenSize ** 2 + 2 * hiddenSize * intermediateSize);
  return { weights, operations: 2 * rows * weights + 4 * layers * rows ** 2 * hiddenSize };
}

function vqWork(codec: CodecConfig): Work {
  let [weights, operations] = [0, 0];
  const conv = (side: number, input: number, output: number, kernel = 3) => {
    weights += kernel ** 2 * input * output;
    operations += 2 * side ** 2 * kernel ** 2 * input * output;
  };
  const residual = (side: number, input: number, output: number) => {
    conv(side, input, output);
    conv(side, output, output);
    if (input !== output) conv(side, input, output, 1);
  };
  const attention = (side: number, channels: number) => {
    for (let i = 0; i < 4; i++) conv(side, channels, channels, 1);
    operations += 4 * side ** 4 * channels;
  };
  const inner = innerChannels(codec);
  conv(codec.grid, codec.codeWidth, codec.latentChannels, 1);
  conv(codec.grid, codec.latentChannels, inner);
  for (let i = 0; i < 2; i++) residual(codec.grid, inner, inner);
  attention(codec.grid, inner);
  for (const { side, blocks, attention: attends, resize } of decoderLevels(codec)) {
    for (const { input, output } of blocks) {
      residual(side, input, output);
      if (attends) attention(side, output);
    }
    const output = blocks.at(-1)?.output ?? inner;
    if (resize) conv(2 * side, output, output);
  }
  conv(codec.imageSize, codec.baseChannels, 3);
  return { weights, operations };
}
