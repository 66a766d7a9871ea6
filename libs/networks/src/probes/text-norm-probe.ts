import { Graph } from '@janus-mesh/onnx';
import type { Network, NetworkConfig } from '../network.ts';
import { expose, finishProbe } from './probe.ts';

/** The language model's last norm. x [T, hidden]; norm [hidden] → out [T, hidden] */
export function textNormProbe({ text }: NetworkConfig): Network {
  const graph = new Graph('text_norm_probe');
  graph.input('x', 'f32', ['T', text.hiddenSize]);
  graph.input('norm', 'f32', [text.hiddenSize]);
  const attributes = { axis: -1, epsilon: { float: text.rmsNormEps } };
  expose(graph, graph.node('SimplifiedLayerNormalization', ['x', 'norm'], { attributes }), 'out', ['T', text.hiddenSize]);
  return finishProbe(graph);
}
