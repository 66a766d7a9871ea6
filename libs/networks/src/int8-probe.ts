import { Graph, MICROSOFT, modelBytes } from '@janus-mesh/onnx';
import type { Network } from './network.ts';

const SIDE = 64;

/** What each element of the probe's product is where sums are exact. */
export const INT8_PROBE_SUM = SIDE * (255 - 128) * 127;

/**
 * The largest bytes times the largest weights, through the kernel that int8 linears run on. Processors without an instruction for it add
 * products up in 16 bits, and these saturate.
 *
 * rows u8 [64, 64], all 255 → sums f32 [64, 64], all `INT8_PROBE_SUM`
 */
export function int8Probe(): Network {
  const graph = new Graph('int8_probe');
  graph.input('rows', 'u8', [SIDE, SIDE]);
  const weights = graph.constant({ name: 'weights', dtype: 'i8', dims: [SIDE, SIDE] }, new Int8Array(SIDE * SIDE).fill(127));
  const zeroPoint = graph.constant({ name: 'zero', dtype: 'u8', dims: [] }, Uint8Array.of(128));
  const one = graph.scalar(1);
  graph.node('MatMulIntegerToFloat', ['rows', weights, one, one, zeroPoint], { outputs: ['sums'], domain: MICROSOFT });
  graph.output('sums', 'f32', [SIDE, SIDE]);
  return { model: modelBytes(graph), weights: [], inputs: graph.inputs, outputs: graph.outputs };
}
