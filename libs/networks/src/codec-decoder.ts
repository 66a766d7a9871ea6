import { UNQUANTIZED } from '@janus-mesh/models';
import { CodecBlocks, type FeatureMap } from './codec-blocks.ts';
import { decoderLevels, innerChannels } from './codec-levels.ts';
import { levelBlocks, middleBlocks } from './codec-residuals.ts';
import { CodecStripBlocks } from './codec-strip-blocks.ts';
import type { Network, NetworkConfig } from './network.ts';
import { NetworkBuilder } from './network-builder.ts';
import { normalizeRows } from './normalize-rows.ts';

/**
 * The picture tokenizer's decoder: code ids as a picture. The f32 form is the exact one; the int8 form has its picture but for noise.
 *
 * ids i64 [1, grid²], row after row → image f32 [1, 3, side, side], about [-1, 1], not clipped
 * @source FoundationVision/LlamaGen vq_model.py
 */
export function codecDecoder(config: NetworkConfig): Network {
  const { codec, quantization = UNQUANTIZED } = config;
  const net = new NetworkBuilder('codec_decoder', config);
  const blocks = new CodecBlocks(net);
  let map = lookUp(net, codec);
  map = blocks.conv(map, 'post_quant_conv', { output: codec.latentChannels, kernel: 1 });
  map = blocks.conv(map, 'decoder.conv_in', { output: innerChannels(codec), kernel: 3 });
  const image = quantization.codec === 'f32' ? paint(blocks, map, codec) : paintInStrips(net, map, config);
  net.output(image, 'image', [1, 3, codec.imageSize, codec.imageSize]);
  return net.finish();
}

function paint(blocks: CodecBlocks, latents: FeatureMap, codec: NetworkConfig['codec']): string {
  let map = middleBlocks(blocks, latents, 'decoder');
  for (const level of decoderLevels(codec)) {
    map = levelBlocks(blocks, map, 'decoder', level);
    if (level.resize) map = blocks.upsample(map, `decoder.${level.name}.upsample.conv`);
  }
  return blocks.conv(blocks.normSwish(map, 'decoder.norm_out'), 'decoder.conv_out', { output: 3, kernel: 3 }).value;
}

function paintInStrips(net: NetworkBuilder, latents: FeatureMap, { codec, quantization = UNQUANTIZED }: NetworkConfig): string {
  const { graph } = net;
  const blocks = new CodecStripBlocks(net, quantization);
  const { channels, side, value } = latents;
  const rows = graph.node('Reshape', [value, graph.ints(channels, side * side)]);
  const places = graph.node('Transpose', [rows], { attributes: { perm: [1, 0] } });
  let map = middleBlocks(blocks, blocks.wholeMap({ value: places, channels, side }), 'decoder');
  for (const level of decoderLevels(codec)) {
    map = levelBlocks(blocks, map, 'decoder', level);
    if (level.resize) map = blocks.upsample(map, `decoder.${level.name}.upsample.conv`);
  }
  const pixels = blocks.last(map, { norm: 'decoder.norm_out', conv: 'decoder.conv_out', output: 3 });
  const planes = graph.node('Transpose', [pixels], { attributes: { perm: [1, 0] } });
  return graph.node('Reshape', [planes, graph.ints(1, 3, map.side, map.side)]);
}

// ids → normalised rows of the codebook, as a map
function lookUp(net: NetworkBuilder, { codeWidth, grid }: NetworkConfig['codec']): FeatureMap {
  const { graph } = net;
  graph.input('ids', 'i64', [1, grid * grid]);
  const rows = normalizeRows(graph, graph.node('Gather', [net.weight('codec.codebook'), 'ids'], { attributes: { axis: 0 } }));
  const columns = graph.node('Transpose', [rows], { attributes: { perm: [0, 2, 1] } }); // [1, width, grid²]
  return { value: graph.node('Reshape', [columns, graph.ints(1, codeWidth, grid, grid)]), channels: codeWidth, side: grid };
}
