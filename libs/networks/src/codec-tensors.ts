import { type CodecLevel, decoderLevels, encoderLevels, innerChannels } from './codec-levels.ts';
import type { BundleTensor, NetworkConfig } from './network.ts';
import { computed, copy } from './tensor-source.ts';

/** Tensors of the picture tokenizer (VQ): both halves, the codebook, and a typical colour of each code. */
export function codecTensors({ codec }: NetworkConfig): BundleTensor[] {
  const { baseChannels, latentChannels, codeWidth, codebookSize } = codec;
  const inner = innerChannels(codec);
  return [
    ...conv('encoder.conv_in', 3, baseChannels, 3),
    ...encoderLevels(codec).flatMap((level) => levelTensors('encoder', level, 'downsample')),
    ...middle('encoder', inner),
    ...norm('encoder.norm_out', inner),
    ...conv('encoder.conv_out', inner, latentChannels, 3),
    ...conv('quant_conv', latentChannels, codeWidth, 1),
    copy('codec.codebook', [codebookSize, codeWidth], 'vqmodel.quantize.embedding.weight'),
    ...conv('post_quant_conv', codeWidth, latentChannels, 1),
    ...conv('decoder.conv_in', latentChannels, inner, 3),
    ...middle('decoder', inner),
    ...decoderLevels(codec).flatMap((level) => levelTensors('decoder', level, 'upsample')),
    ...norm('decoder.norm_out', baseChannels * (codec.channelMultiplier[0] as number)),
    ...conv('decoder.conv_out', baseChannels * (codec.channelMultiplier[0] as number), 3, 3),
    computed('codec.palette', 'u8', [codebookSize, 3], 'palette')
  ];
}

function levelTensors(half: string, level: CodecLevel, resize: string): BundleTensor[] {
  const name = `${half}.${level.name}`;
  const output = level.blocks.at(-1)?.output as number;
  return [
    ...level.blocks.flatMap((block, j) => [
      ...residual(`${name}.block.${j}`, block.input, block.output),
      ...(level.attention ? attention(`${name}.attn.${j}`, block.output) : [])
    ]),
    ...(level.resize ? conv(`${name}.${resize}.conv`, output, output, 3) : [])
  ];
}

function middle(half: string, channels: number): BundleTensor[] {
  return [
    ...residual(`${half}.mid.block_1`, channels, channels),
    ...attention(`${half}.mid.attn_1`, channels),
    ...residual(`${half}.mid.block_2`, channels, channels)
  ];
}

function residual(name: string, input: number, output: number): BundleTensor[] {
  return [
    ...norm(`${name}.norm1`, input),
    ...conv(`${name}.conv1`, input, output, 3),
    ...norm(`${name}.norm2`, output),
    ...conv(`${name}.conv2`, output, output, 3),
    ...(input === output ? [] : conv(`${name}.nin_shortcut`, input, output, 1))
  ];
}

function attention(name: string, channels: number): BundleTensor[] {
  return [
    ...norm(`${name}.norm`, channels),
    ...['q', 'k', 'v', 'proj_out'].flatMap((part) => conv(`${name}.${part}`, channels, channels, 1))
  ];
}

function conv(name: string, input: number, output: number, kernel: number): BundleTensor[] {
  return [
    copy(`codec.${name}.weight`, [output, input, kernel, kernel], `vqmodel.${name}.weight`),
    copy(`codec.${name}.bias`, [output], `vqmodel.${name}.bias`)
  ];
}

// [channels, 1, 1]: broadcasts over a map [1, channels, side, side].
function norm(name: string, channels: number): BundleTensor[] {
  return ['weight', 'bias'].map((part) => copy(`codec.${name}.${part}`, [channels, 1, 1], `vqmodel.${name}.${part}`));
}
