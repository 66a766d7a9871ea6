import { UNQUANTIZED } from '@janus-mesh/models';
import { type CodecLevel, decoderLevels, encoderLevels, innerChannels } from './codec-levels.ts';
import type { BundleTensor, NetworkConfig } from './network.ts';
import { computed, copy, kernelColumns, upsampleColumns } from './tensor-source.ts';

/**
 * Tensors of the picture tokenizer (VQ): both halves, the codebook, and a typical colour of each code. Where the decoder is quantised, its
 * convolutions are matrices, all but the first and the last, which are few sums and errors that everyone sees.
 */
export function codecTensors({ codec, quantization = UNQUANTIZED }: NetworkConfig): BundleTensor[] {
  const { baseChannels, latentChannels, codeWidth, codebookSize } = codec;
  const inner = innerChannels(codec);
  const decoder = quantization.codec === 'f32' ? PLAIN : MATRICES;
  return [
    ...conv('encoder.conv_in', 3, baseChannels, 3),
    ...encoderLevels(codec).flatMap((level) => levelTensors('encoder', level, PLAIN)),
    ...middle('encoder', inner, PLAIN),
    ...norm('encoder.norm_out', inner),
    ...conv('encoder.conv_out', inner, latentChannels, 3),
    ...conv('quant_conv', latentChannels, codeWidth, 1),
    copy('codec.codebook', [codebookSize, codeWidth], 'vqmodel.quantize.embedding.weight'),
    ...conv('post_quant_conv', codeWidth, latentChannels, 1),
    ...conv('decoder.conv_in', latentChannels, inner, 3),
    ...middle('decoder', inner, decoder),
    ...decoderLevels(codec).flatMap((level) => levelTensors('decoder', level, decoder)),
    ...norm('decoder.norm_out', baseChannels * (codec.channelMultiplier[0] as number)),
    ...conv('decoder.conv_out', baseChannels * (codec.channelMultiplier[0] as number), 3, 3),
    computed('codec.palette', 'u8', [codebookSize, 3], 'palette')
  ];
}

/** How the convolutions of one half are stored. */
interface ConvStore {
  conv(name: string, input: number, output: number, kernel: 1 | 3): BundleTensor[];
  upsample(name: string, channels: number): BundleTensor[];
}

const PLAIN: ConvStore = { conv, upsample: (name, channels) => conv(name, channels, channels, 3) };
const MATRICES: ConvStore = { conv: convMatrix, upsample: upsampleMatrices };

function levelTensors(half: string, level: CodecLevel, store: ConvStore): BundleTensor[] {
  const name = `${half}.${level.name}`;
  const output = level.blocks.at(-1)?.output as number;
  return [
    ...level.blocks.flatMap((block, j) => [
      ...residual(`${name}.block.${j}`, block.input, block.output, store),
      ...(level.attention ? attention(`${name}.attn.${j}`, block.output, store) : [])
    ]),
    ...(level.resize ? resize(half, name, output, store) : [])
  ];
}

function resize(half: string, name: string, channels: number, store: ConvStore): BundleTensor[] {
  return half === 'encoder'
    ? store.conv(`${name}.downsample.conv`, channels, channels, 3)
    : store.upsample(`${name}.upsample.conv`, channels);
}

function middle(half: string, channels: number, store: ConvStore): BundleTensor[] {
  return [
    ...residual(`${half}.mid.block_1`, channels, channels, store),
    ...attention(`${half}.mid.attn_1`, channels, store),
    ...residual(`${half}.mid.block_2`, channels, channels, store)
  ];
}

function residual(name: string, input: number, output: number, store: ConvStore): BundleTensor[] {
  return [
    ...norm(`${name}.norm1`, input),
    ...store.conv(`${name}.conv1`, input, output, 3),
    ...norm(`${name}.norm2`, output),
    ...store.conv(`${name}.conv2`, output, output, 3),
    ...(input === output ? [] : store.conv(`${name}.nin_shortcut`, input, output, 1))
  ];
}

function attention(name: string, channels: number, store: ConvStore): BundleTensor[] {
  return [
    ...norm(`${name}.norm`, channels),
    ...['q', 'k', 'v', 'proj_out'].flatMap((part) => store.conv(`${name}.${part}`, channels, channels, 1))
  ];
}

function conv(name: string, input: number, output: number, kernel: 1 | 3): BundleTensor[] {
  return [copy(`codec.${name}.weight`, [output, input, kernel, kernel], `vqmodel.${name}.weight`), bias(name, output)];
}

function convMatrix(name: string, input: number, output: number, kernel: 1 | 3): BundleTensor[] {
  return [kernelColumns(`codec.${name}.weight`, [kernel * kernel * input, output], `vqmodel.${name}.weight`), bias(name, output)];
}

function upsampleMatrices(name: string, channels: number): BundleTensor[] {
  const matrix = (phase: 0 | 1 | 2 | 3) =>
    upsampleColumns(`codec.${name}.phase.${phase}.weight`, [4 * channels, channels], { from: `vqmodel.${name}.weight`, phase });
  return [...([0, 1, 2, 3] as const).map(matrix), bias(name, channels)];
}

function bias(name: string, output: number): BundleTensor {
  return copy(`codec.${name}.bias`, [output], `vqmodel.${name}.bias`);
}

// [channels, 1, 1]: broadcasts over a map [1, channels, side, side].
function norm(name: string, channels: number): BundleTensor[] {
  return ['weight', 'bias'].map((part) => copy(`codec.${name}.${part}`, [channels, 1, 1], `vqmodel.${name}.${part}`));
}
