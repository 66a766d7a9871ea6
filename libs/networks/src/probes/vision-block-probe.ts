import { Graph } from '@janus-mesh/onnx';
import type { Network, NetworkConfig } from '../network.ts';
import { expose, finishProbe, microsoft, rowsLinear } from './probe.ts';

/**
 * A block of SigLIP over pictures, T rows of them all together, with all that its linears read:
 *
 * x [T, width]; norm1, norm2 (.weight, .bias) [width]; qkv, proj, fc1, fc2 .weight [n, k] and .bias [n]
 * → out [T, width]; qkv_in, proj_in, fc1_in [T, width]; fc2_in [T, inner]
 */
export function visionBlockProbe({ vision }: NetworkConfig): Network {
  const { hiddenSize: width, intermediateSize: inner } = vision;
  const graph = new Graph('vision_block_probe');
  graph.input('x', 'f32', ['T', width]);
  for (const name of ['norm1', 'norm2']) for (const part of ['weight', 'bias']) graph.input(`${name}.${part}`, 'f32', [width]);
  for (const name of ['qkv', 'proj', 'fc1', 'fc2']) {
    graph.input(`${name}.weight`, 'f32', [`${name}_n`, `${name}_k`]);
    graph.input(`${name}.bias`, 'f32', [`${name}_n`]);
  }
  const linear = (x: string, name: string) => rowsLinear(graph, x, `${name}.weight`, `${name}.bias`);
  const norm = (x: string, name: string) => layerNorm(graph, x, name, vision.layerNormEps);
  const attentionIn = norm('x', 'norm1');
  const attended = attention(graph, vision, linear(attentionIn, 'qkv'));
  const residual = graph.node('Add', ['x', linear(attended, 'proj')]);
  const mlpIn = norm(residual, 'norm2');
  const mlp = microsoft(graph, 'Gelu', [linear(mlpIn, 'fc1')]);
  expose(graph, graph.node('Add', [residual, linear(mlp, 'fc2')]), 'out', ['T', width]);
  expose(graph, attentionIn, 'qkv_in', ['T', width]);
  expose(graph, attended, 'proj_in', ['T', width]);
  expose(graph, mlpIn, 'fc1_in', ['T', width]);
  expose(graph, mlp, 'fc2_in', ['T', inner]);
  return finishProbe(graph);
}

/** SigLIP's last norm. x [T, width]; norm.weight, norm.bias [width] → out [T, width] */
export function visionNormProbe({ vision }: NetworkConfig): Network {
  const graph = new Graph('vision_norm_probe');
  graph.input('x', 'f32', ['T', vision.hiddenSize]);
  for (const part of ['weight', 'bias']) graph.input(`norm.${part}`, 'f32', [vision.hiddenSize]);
  expose(graph, layerNorm(graph, 'x', 'norm', vision.layerNormEps), 'out', ['T', vision.hiddenSize]);
  return finishProbe(graph);
}

function layerNorm(graph: Graph, x: string, name: string, epsilon: number): string {
  return graph.node('LayerNormalization', [x, `${name}.weight`, `${name}.bias`], { attributes: { axis: -1, epsilon: { float: epsilon } } });
}

// qkv [T, 3 width] → [T, width]; rows of different pictures do not see each other.
function attention(graph: Graph, { rows, heads, hiddenSize: width }: NetworkConfig['vision'], qkv: string): string {
  const byPicture = graph.node('Reshape', [qkv, graph.ints(-1, rows, 3 * width)]);
  const parts = ['q', 'k', 'v'];
  graph.node('Split', [byPicture], { outputs: parts, attributes: { axis: 2, num_outputs: 3 } });
  const attended = microsoft(graph, 'MultiHeadAttention', parts, { attributes: { num_heads: heads } });
  return graph.node('Reshape', [attended, graph.ints(-1, width)]);
}
