import type { CodecConfig } from '@janus-mesh/models';

/** One resolution of the picture tokenizer's encoder or decoder: residual blocks, then a change of size. */
export interface CodecLevel {
  /** Name within its half: `down.0`, `up.0`. */
  readonly name: string;
  /** Side of its maps. */
  readonly side: number;
  /** Channels of each block: what it gets and what it gives. */
  readonly blocks: readonly { readonly input: number; readonly output: number }[];
  /** Whether attention follows each block. */
  readonly attention: boolean;
  /** Whether a downsample or upsample ends it. */
  readonly resize: boolean;
}

/** Levels of the encoder, from the picture's side down to the grid's. */
export function encoderLevels(codec: CodecConfig): CodecLevel[] {
  const { channelMultiplier, baseChannels, resBlocks } = codec;
  const last = channelMultiplier.length - 1;
  let channels = baseChannels;
  return channelMultiplier.map((multiplier, i) => {
    const blocks = chain(channels, baseChannels * multiplier, resBlocks);
    channels = baseChannels * multiplier;
    return { name: `down.${i}`, side: codec.imageSize / 2 ** i, blocks, attention: i === last, resize: i < last };
  });
}

/** Levels of the decoder, from the grid's side up to the picture's; each has one block more than the encoder's. */
export function decoderLevels(codec: CodecConfig): CodecLevel[] {
  const { baseChannels, resBlocks } = codec;
  const multipliers = codec.channelMultiplier.toReversed();
  let channels = innerChannels(codec);
  return multipliers.map((multiplier, i) => {
    const blocks = chain(channels, baseChannels * multiplier, resBlocks + 1);
    channels = baseChannels * multiplier;
    return { name: `up.${i}`, side: codec.grid * 2 ** i, blocks, attention: i === 0, resize: i < multipliers.length - 1 };
  });
}

/** Channels at the grid's side, where both halves have their middle. */
export function innerChannels(codec: CodecConfig): number {
  return codec.baseChannels * (codec.channelMultiplier.at(-1) as number);
}

function chain(input: number, output: number, count: number): CodecLevel['blocks'] {
  return Array.from({ length: count }, (_, i) => ({ input: i === 0 ? input : output, output }));
}
