import type { Graph } from '@janus-mesh/onnx';

const EPSILON = 1e-12;

/** Divides each row by its length, as torch's F.normalize: x / max(‖x‖₂, 1e-12) over the last axis. */
export function normalizeRows(graph: Graph, rows: string): string {
  const length = graph.node('ReduceL2', [rows, graph.ints(-1)], { attributes: { keepdims: 1 } });
  return graph.node('Div', [rows, graph.node('Max', [length, graph.scalar(EPSILON)])]);
}
