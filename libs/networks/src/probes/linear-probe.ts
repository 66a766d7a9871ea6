import { Graph } from '@janus-mesh/onnx';
import type { Network } from '../network.ts';
import { expose, finishProbe, microsoft, rowsLinear } from './probe.ts';

/** A linear layer without bias. x f32 [T, K], weight f32 [N, K] → y f32 [T, N] */
export function linearProbe(): Network {
  const graph = new Graph('linear_probe');
  graph.input('x', 'f32', ['T', 'K']);
  graph.input('weight', 'f32', ['N', 'K']);
  expose(graph, rowsLinear(graph, 'x', 'weight'), 'y', ['T', 'N']);
  return finishProbe(graph);
}

/** A linear layer with bias, and its exact (erf) GELU. x f32 [T, K], weight f32 [N, K], bias f32 [N] → y, gelu f32 [T, N] */
export function geluProbe(): Network {
  const graph = new Graph('gelu_probe');
  graph.input('x', 'f32', ['T', 'K']);
  graph.input('weight', 'f32', ['N', 'K']);
  graph.input('bias', 'f32', ['N']);
  const y = rowsLinear(graph, 'x', 'weight', 'bias');
  expose(graph, microsoft(graph, 'Gelu', [y]), 'gelu', ['T', 'N']);
  expose(graph, y, 'y', ['T', 'N']);
  return finishProbe(graph);
}
