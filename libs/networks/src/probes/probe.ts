import { type Graph, MICROSOFT, modelBytes } from '@janus-mesh/onnx';
import type { Network } from '../network.ts';

/**
 * Probes are parts of the networks whose weights are inputs, matrices in the checkpoint's order [n, k]: one graph runs all layers, and
 * what is measured at import needs one layer's weights in memory at a time.
 */
export function finishProbe(graph: Graph): Network {
  return { model: modelBytes(graph), weights: [], inputs: graph.inputs, outputs: graph.outputs };
}

/** x [T, k] · weightᵀ (+ bias) → [T, n] */
export function rowsLinear(graph: Graph, x: string, weight: string, bias?: string): string {
  return graph.node('Gemm', bias === undefined ? [x, weight] : [x, weight, bias], { attributes: { transB: 1 } });
}

/** Makes a value an output of f32. */
export function expose(graph: Graph, value: string, name: string, dims: readonly (number | string)[]): void {
  graph.output(graph.node('Identity', [value], { outputs: [name] }), 'f32', dims);
}

/** A node of ONNX Runtime's own operators. */
export function microsoft(
  graph: Graph,
  operator: string,
  inputs: readonly string[],
  options: Omit<NonNullable<Parameters<Graph['node']>[2]>, 'domain'> = {}
): string {
  return graph.node(operator, inputs, { ...options, domain: MICROSOFT });
}
