import { CodecBlocks, type FeatureMap } from './codec-blocks.ts';
import { encoderLevels } from './codec-levels.ts';
import { levelBlocks, middleBlocks } from './codec-residuals.ts';
import type { Network, NetworkConfig } from './network.ts';
import { NetworkBuilder } from './network-builder.ts';
import { normalizeRows } from './normalize-rows.ts';

/**
 * The picture tokenizer's encoder: a picture as latents and as code ids.
 *
 * pixels f32 [1, 3, side, side] in [-1, 1] → z f32 [1, code width, grid, grid], before normalisation, and ids i64 [grid²],
 * row after row: the codes nearest to z, both normalised, the first of equally near ones
 * @source FoundationVision/LlamaGen vq_model.py
 */
export function codecEncoder(config: NetworkConfig): Network {
  const { codec } = config;
  const net = new NetworkBuilder('codec_encoder', config);
  const blocks = new CodecBlocks(net);
  const pixels = net.graph.input('pixels', 'f32', [1, 3, codec.imageSize, codec.imageSize]);
  let map: FeatureMap = { value: pixels, channels: 3, side: codec.imageSize };
  map = blocks.conv(map, 'encoder.conv_in', { output: codec.baseChannels, kernel: 3 });
  for (const level of encoderLevels(codec)) {
    map = levelBlocks(blocks, map, 'encoder', level);
    if (level.resize) map = blocks.conv(map, `encoder.${level.name}.downsample.conv`, { output: map.channels, kernel: 3, halve: true });
  }
  map = blocks.normSwish(middleBlocks(blocks, map, 'encoder'), 'encoder.norm_out');
  map = blocks.conv(map, 'encoder.conv_out', { output: codec.latentChannels, kernel: 3 });
  map = blocks.conv(map, 'quant_conv', { output: codec.codeWidth, kernel: 1 });
  net.output(map.value, 'z', [1, codec.codeWidth, codec.grid, codec.grid]);
  nearestCodes(net, codec);
  net.graph.output('ids', 'i64', [codec.grid ** 2]);
  return net.finish();
}

// z → ids: argmin over e of ‖z‖² + ‖e‖² − 2 z·e, in the reference's own form
function nearestCodes(net: NetworkBuilder, { codeWidth, grid }: NetworkConfig['codec']): void {
  const { graph } = net;
  const last = graph.node('Transpose', ['z'], { attributes: { perm: [0, 2, 3, 1] } });
  const z = normalizeRows(graph, graph.node('Reshape', [last, graph.ints(grid * grid, codeWidth)])); // [grid², width]
  const codes = normalizeRows(graph, net.weight('codec.codebook')); // [codebook, width]
  const transposed = graph.node('Transpose', [codes], { attributes: { perm: [1, 0] } });
  const squares = (rows: string, axis: number, keepdims: number) =>
    graph.node('ReduceSumSquare', [rows, graph.ints(axis)], { attributes: { keepdims } });
  const lengths = graph.node('Add', [squares(z, 1, 1), squares(codes, 1, 0)]); // [grid², codebook]
  const twice = graph.node('Mul', [graph.node('MatMul', [z, transposed]), graph.scalar(2)]);
  const distances = graph.node('Sub', [lengths, twice]);
  graph.node('ArgMin', [distances], { outputs: ['ids'], attributes: { axis: 1, keepdims: 0, select_last_index: 0 } });
}
