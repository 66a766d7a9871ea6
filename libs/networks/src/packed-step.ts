import type { Network, NetworkConfig } from './network.ts';
import { NetworkBuilder } from './network-builder.ts';
import { StepAttention } from './step-attention.ts';
import { stepPorts } from './step-ports.ts';

/** How a packed step is laid out. */
export interface PackedStepOptions {
  /** Sequences it advances at most. */
  readonly slots: number;
  /** Whether slots may be idle: costs a little, also for those that are not. @default where there are several */
  readonly idleSlots?: boolean;
  /** Whether T and R are always even: a row of no sequence follows an odd number of theirs. See `needsEvenRows`. @default false */
  readonly evenRows?: boolean;
}

/**
 * One step of the language model (Llama) over up to `slots` sequences. Their new tokens lie one after another on one axis, so
 * every linear layer sees one matrix; only attention is done for each slot, over its own cache, written in place. What a
 * sequence gets depends neither on its slot nor on the others.
 *
 * x f32 [1, T, hidden], rows i64 [R] and each slot's state and cache → hidden f32 [1, R, hidden] after the final norm, and the
 * caches; all names in `stepPorts`
 */
export function packedStep(config: NetworkConfig, { slots, idleSlots = slots > 1, evenRows = false }: PackedStepOptions): Network {
  const { hiddenSize, layers, rmsNormEps } = config.text;
  const net = new NetworkBuilder(`packed_step_${slots}`, config);
  const { graph } = net;
  const attention = new StepAttention(net, config, { slots, idleSlots, evenRows });
  graph.input(stepPorts.tokens, 'f32', [1, 'T', hiddenSize]);
  graph.input(stepPorts.rows, 'i64', ['R']);
  attention.declareInputs();

  const epsilon = { float: rmsNormEps };
  const wantedRows = (x: string) => graph.node('Gather', [x, stepPorts.rows], { attributes: { axis: 1 } });
  // RMSNorm of a sum. Outputs: the norm, two that only training wants, the sum.
  const addAndNorm = (terms: readonly string[], weight: string, outputs: readonly string[]) =>
    net.microsoft('SkipSimplifiedLayerNormalization', [...terms, net.weight(weight)], { outputs, attributes: { epsilon } });

  let residual: string = stepPorts.tokens;
  const first = [residual, net.weight('text.layers.0.norm1')];
  let normed = graph.node('SimplifiedLayerNormalization', first, { attributes: { axis: -1, epsilon, stash_type: 1 } });
  for (let i = 0; i < layers; i++) {
    const layer = `text.layers.${i}`;
    const isLast = i === layers - 1;
    let attended = attention.apply(i, net.matmul(normed, `${layer}.qkv`));
    // Nothing after the last attention needs the other tokens.
    if (isLast) {
      [attended, residual] = [wantedRows(attended), wantedRows(residual)];
      net.changeRows();
    }
    const sum = `${layer}.sum1`;
    normed = addAndNorm([net.matmul(attended, `${layer}.o`), residual], `${layer}.norm2`, [`${layer}.normed2`, '', '', sum]);
    const next = isLast ? 'text.norm' : `text.layers.${i + 1}.norm1`;
    residual = `${layer}.sum2`;
    const outputs = isLast ? [stepPorts.hidden] : [`${layer}.out`, '', '', residual];
    normed = addAndNorm([gatedMlp(net, layer, normed), sum], next, outputs);
  }
  graph.output(stepPorts.hidden, 'f32', [1, 'R', hiddenSize]);
  attention.declareOutputs();
  return net.finish();
}

// down(silu(gate(x)) · up(x)). What the rows of up owe is paid after down: one pass less over the widest matrix.
function gatedMlp(net: NetworkBuilder, layer: string, x: string): string {
  const gate = net.silu(net.matmul(x, `${layer}.gate`));
  const up = net.product({ value: x, factor: undefined }, `${layer}.up`);
  const inner = { value: net.graph.node('Mul', [gate, up.value]), factor: up.factor };
  return net.settle(net.product(inner, `${layer}.down`));
}
