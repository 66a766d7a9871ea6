import { CodecBlocks, type FeatureMap } from './codec-blocks.ts';
import { decoderLevels, innerChannels } from './codec-levels.ts';
import type { Network, NetworkConfig } from './network.ts';
import { NetworkBuilder } from './network-builder.ts';
import { normalizeRows } from './normalize-rows.ts';

/**
 * The picture tokenizer's decoder: code ids as a picture.
 *
 * ids i64 [1, grid²], row after row → image f32 [1, 3, side, side], about [-1, 1], not clipped
 * @source FoundationVision/LlamaGen vq_model.py
 */
export function codecDecoder(config: NetworkConfig): Network {
  const { codec } = config;
  const net = new NetworkBuilder('codec_decoder', config);
  const blocks = new CodecBlocks(net);
  let map = lookUp(net, codec);
  map = blocks.conv(map, 'post_quant_conv', { output: codec.latentChannels, kernel: 1 });
  map = blocks.conv(map, 'decoder.conv_in', { output: innerChannels(codec), kernel: 3 });
  map = blocks.middle(map, 'decoder');
  for (const level of decoderLevels(codec)) {
    map = blocks.level(map, 'decoder', level);
    if (level.resize) map = blocks.upsample(map, `decoder.${level.name}.upsample.conv`);
  }
  map = blocks.conv(blocks.normSwish(map, 'decoder.norm_out'), 'decoder.conv_out', { output: 3, kernel: 3 });
  net.output(map.value, 'image', [1, 3, codec.imageSize, codec.imageSize]);
  return net.finish();
}

// ids → normalised rows of the codebook, as a map
function lookUp(net: NetworkBuilder, { codeWidth, grid }: NetworkConfig['codec']): FeatureMap {
  const { graph } = net;
  graph.input('ids', 'i64', [1, grid * grid]);
  const rows = normalizeRows(graph, graph.node('Gather', [net.weight('codec.codebook'), 'ids'], { attributes: { axis: 0 } }));
  const columns = graph.node('Transpose', [rows], { attributes: { perm: [0, 2, 1] } }); // [1, width, grid²]
  return { value: graph.node('Reshape', [columns, graph.ints(1, codeWidth, grid, grid)]), channels: codeWidth, side: grid };
}
