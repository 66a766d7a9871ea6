import type { CanonicalTensor } from './canonical-tensors.ts';
import type { CodecConfig } from './model-config.ts';

/** The picture tokenizer's part of `canonicalTensors`: encoder, decoder and codebook. */
export function codecTensors(codec: CodecConfig): CanonicalTensor[] {
  const { baseChannels: base, latentChannels: latent, codeWidth, codebookSize } = codec;
  const inner = base * (codec.channelMultiplier.at(-1) ?? 1);
  const outer = base * (codec.channelMultiplier[0] ?? 1);
  const tensors = [
    ...conv('encoder.conv_in', base, 3, 3),
    ...levels('encoder.down', codec, base, codec.channelMultiplier),
    ...middle('encoder.mid', inner),
    ...norm('encoder.norm_out', inner),
    ...conv('encoder.conv_out', latent, inner, 3),
    ...conv('quant_conv', codeWidth, latent, 1),
    { name: 'quantize.embedding.weight', dims: [codebookSize, codeWidth] },
    ...conv('post_quant_conv', latent, codeWidth, 1),
    ...conv('decoder.conv_in', inner, latent, 3),
    ...middle('decoder.mid', inner),
    ...levels('decoder.up', codec, inner, codec.channelMultiplier.toReversed()),
    ...norm('decoder.norm_out', outer),
    ...conv('decoder.conv_out', 3, outer, 3)
  ];
  return tensors.map(({ name, dims }) => ({ name: `vqmodel.${name}`, dims }));
}

/** Resolutions in the order they run: blocks, attention at the lowest resolution only, then a change of size (not after the last). */
function levels(at: string, codec: CodecConfig, input: number, multipliers: readonly number[]): CanonicalTensor[] {
  const isDecoder = at.startsWith('decoder');
  const blocks = isDecoder ? codec.resBlocks + 1 : codec.resBlocks;
  const last = multipliers.length - 1;
  let channels = input;
  return multipliers.flatMap((multiplier, i) => {
    const tensors: CanonicalTensor[] = [];
    for (let j = 0; j < blocks; j++) {
      tensors.push(...residual(`${at}.${i}.block.${j}`, channels, codec.baseChannels * multiplier));
      channels = codec.baseChannels * multiplier;
      if (i === (isDecoder ? 0 : last)) tensors.push(...attention(`${at}.${i}.attn.${j}`, channels));
    }
    if (i < last) tensors.push(...conv(`${at}.${i}.${isDecoder ? 'upsample' : 'downsample'}.conv`, channels, channels, 3));
    return tensors;
  });
}

function middle(at: string, channels: number): CanonicalTensor[] {
  return [
    ...residual(`${at}.block_1`, channels, channels),
    ...attention(`${at}.attn_1`, channels),
    ...residual(`${at}.block_2`, channels, channels)
  ];
}

function residual(at: string, input: number, output: number): CanonicalTensor[] {
  return [
    ...norm(`${at}.norm1`, input),
    ...conv(`${at}.conv1`, output, input, 3),
    ...norm(`${at}.norm2`, output),
    ...conv(`${at}.conv2`, output, output, 3),
    ...(input === output ? [] : conv(`${at}.nin_shortcut`, output, input, 1))
  ];
}

function attention(at: string, channels: number): CanonicalTensor[] {
  return [...norm(`${at}.norm`, channels), ...['q', 'k', 'v', 'proj_out'].flatMap((part) => conv(`${at}.${part}`, channels, channels, 1))];
}

function conv(name: string, output: number, input: number, kernel: number): CanonicalTensor[] {
  return [
    { name: `${name}.weight`, dims: [output, input, kernel, kernel] },
    { name: `${name}.bias`, dims: [output] }
  ];
}

function norm(name: string, channels: number): CanonicalTensor[] {
  return [
    { name: `${name}.weight`, dims: [channels] },
    { name: `${name}.bias`, dims: [channels] }
  ];
}
