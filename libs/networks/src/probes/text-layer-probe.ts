import { Graph } from '@janus-mesh/onnx';
import { HeadPadding, paddedHeadDim } from '../head-padding.ts';
import type { Network, NetworkConfig } from '../network.ts';
import { ropeTables } from '../rope-tables.ts';
import { expose, finishProbe, microsoft, rowsLinear } from './probe.ts';

/**
 * A layer of the language model over B prompts of S tokens, T = B · S rows, with all that its linears read and its cache takes:
 *
 * x [T, hidden]; norm1, norm2 [hidden]; qkv, o, gate, up, down [n, k]; last i32 [B], each S − 1; total i32 [1], S
 * → out [T, hidden]; qkv_in, gate_in [T, hidden]; o_in [T, query]; down_in [T, inner]; k, v [B, kvHeads, S, padded headDim], k rotated
 */
export function textLayerProbe({ text }: NetworkConfig, length: number): Network {
  const { hiddenSize: hidden, intermediateSize: inner } = text;
  const graph = new Graph('text_layer_probe');
  const matrix = (name: string) => graph.input(name, 'f32', [`${name}_n`, `${name}_k`]);
  graph.input('x', 'f32', ['T', hidden]);
  for (const name of ['norm1', 'norm2']) graph.input(name, 'f32', [hidden]);
  for (const name of ['qkv', 'o', 'gate', 'up', 'down']) matrix(name);
  const norm = (x: string, weight: string) =>
    graph.node('SimplifiedLayerNormalization', [x, weight], { attributes: { axis: -1, epsilon: { float: text.rmsNormEps } } });
  const attentionIn = norm('x', 'norm1');
  const attended = attention(graph, text, length, rowsLinear(graph, attentionIn, 'qkv'));
  const residual = graph.node('Add', ['x', rowsLinear(graph, attended, 'o')]);
  const mlpIn = norm(residual, 'norm2');
  const gate = microsoft(graph, 'QuickGelu', [rowsLinear(graph, mlpIn, 'gate')], { attributes: { alpha: { float: 1 } } });
  const downIn = graph.node('Mul', [gate, rowsLinear(graph, mlpIn, 'up')]);
  expose(graph, graph.node('Add', [residual, rowsLinear(graph, downIn, 'down')]), 'out', ['T', hidden]);
  expose(graph, attentionIn, 'qkv_in', ['T', hidden]);
  expose(graph, attended, 'o_in', ['T', text.heads * text.headDim]);
  expose(graph, mlpIn, 'gate_in', ['T', hidden]);
  expose(graph, downIn, 'down_in', ['T', inner]);
  for (const part of ['k', 'v']) graph.output(part, 'f32', ['B', text.kvHeads, length, paddedHeadDim(text)]);
  return finishProbe(graph);
}

// qkv [T, (heads + 2 kvHeads) · headDim] → [T, heads · headDim]
function attention(graph: Graph, text: NetworkConfig['text'], length: number, qkv: string): string {
  const { heads, kvHeads, headDim } = text;
  graph.input('last', 'i32', ['B']);
  graph.input('total', 'i32', [1]);
  const tables = ropeTables({ ...text, contextTokens: length });
  const rope = (['cos', 'sin'] as const).map((name) => graph.constant({ name, dtype: 'f32', dims: tables.dims }, tables[name]));
  const padding = new HeadPadding(graph, text);
  const byPrompt = graph.node('Reshape', [qkv, graph.ints(-1, length, (heads + 2 * kvHeads) * headDim)]);
  const packed = padding.pad(byPrompt, heads + 2 * kvHeads);
  microsoft(graph, 'GroupQueryAttention', [packed, '', '', '', '', 'last', 'total', ...rope], {
    outputs: ['attended', 'k', 'v'],
    attributes: { num_heads: heads, kv_num_heads: kvHeads, scale: { float: 1 / Math.sqrt(headDim) }, do_rotary: 1 }
  });
  return graph.node('Reshape', [padding.unpad('attended', heads), graph.ints(-1, heads * headDim)]);
}
