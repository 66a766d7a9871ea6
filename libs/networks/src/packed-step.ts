import { type Graph, MICROSOFT } from '@janus-mesh/onnx';
import type { Network, NetworkConfig } from './network.ts';
import { NetworkBuilder } from './network-builder.ts';
import { ropeTables } from './rope-tables.ts';
import { stepPorts } from './step-ports.ts';

/** How a packed step is laid out. */
export interface PackedStepOptions {
  /** Sequences it advances at most. */
  readonly slots: number;
}

/**
 * One step of the language model over up to `slots` sequences. Their new tokens lie one after another on one axis, so that
 * every linear layer sees one matrix; only attention is done for each slot, over its own cache, written in place. Inputs and
 * outputs: see `stepPorts`. What a sequence gets depends neither on its slot nor on the others.
 */
export function packedStep(config: NetworkConfig, options: PackedStepOptions): Network {
  return new PackedStep(config, options).build();
}

class PackedStep {
  readonly #net: NetworkBuilder;
  readonly #graph: Graph;
  readonly #text: NetworkConfig['text'];
  readonly #slots: readonly number[];
  readonly #epsilon: { readonly float: number };

  constructor(config: NetworkConfig, { slots }: PackedStepOptions) {
    this.#net = new NetworkBuilder(`packed_step_${slots}`, config);
    this.#graph = this.#net.graph;
    this.#text = config.text;
    this.#slots = Array.from({ length: slots }, (_, slot) => slot);
    this.#epsilon = { float: config.text.rmsNormEps };
  }

  build(): Network {
    const { layers } = this.#text;
    this.#declareInputs();
    let residual: string = stepPorts.tokens;
    let normed = this.#graph.node('SimplifiedLayerNormalization', [residual, this.#net.weight('text.layers.0.norm1')], {
      attributes: { axis: -1, epsilon: this.#epsilon, stash_type: 1 }
    });
    for (let layer = 0; layer < layers; layer++) {
      const name = `text.layers.${layer}`;
      let attended = this.#attention(layer, this.#net.matmul(normed, `${name}.qkv`));
      const isLast = layer === layers - 1;
      // Nothing after the last attention needs the other tokens.
      if (isLast) [attended, residual] = [this.#wantedRows(attended), this.#wantedRows(residual)];
      const sum = `${name}.sum1`;
      normed = this.#addAndNorm([this.#net.matmul(attended, `${name}.o`), residual], `${name}.norm2`, [`${name}.normed2`, '', '', sum]);
      const mlp = this.#mlp(name, normed);
      const next = isLast ? 'text.norm' : `text.layers.${layer + 1}.norm1`;
      residual = `${name}.sum2`;
      normed = this.#addAndNorm([mlp, sum], next, isLast ? [stepPorts.hidden] : [`${name}.out`, '', '', residual]);
    }
    this.#declareOutputs();
    return this.#net.finish();
  }

  #declareInputs(): void {
    const graph = this.#graph;
    const { hiddenSize, headDim, contextTokens } = this.#text;
    graph.input(stepPorts.tokens, 'f32', [1, 'T', hiddenSize]);
    if (this.#slots.length > 1) graph.input(stepPorts.splits, 'i64', [this.#slots.length]);
    graph.input(stepPorts.rows, 'i64', ['R']);
    for (const slot of this.#slots) {
      if (this.#slots.length > 1) graph.input(stepPorts.on(slot), 'bool', [1]);
      graph.input(stepPorts.last(slot), 'i32', [1]);
      graph.input(stepPorts.total(slot), 'i32', [1]);
    }
    this.#eachCache((part, layer, slot) => graph.input(stepPorts.cache(part, layer, slot), 'f32', this.#cacheDims(slot)));
    const rope = ropeTables(this.#text);
    for (const table of ['cos', 'sin'] as const)
      graph.constant({ name: `rope.${table}`, dtype: 'f32', dims: [contextTokens, headDim / 2] }, rope[table]);
  }

  #declareOutputs(): void {
    this.#graph.output(stepPorts.hidden, 'f32', [1, 'R', this.#text.hiddenSize]);
    this.#eachCache((part, layer, slot) => this.#graph.output(stepPorts.cacheOut(part, layer, slot), 'f32', this.#cacheDims(slot)));
  }

  // [1, T, (heads + 2 kvHeads) · headDim] → [1, T, heads · headDim]
  #attention(layer: number, qkv: string): string {
    if (this.#slots.length === 1) return this.#attend(this.#graph, layer, 0, qkv, '');
    const parts = this.#slots.map((slot) => `text.layers.${layer}.qkv.${slot}`);
    this.#graph.node('Split', [qkv, stepPorts.splits], { outputs: parts, attributes: { axis: 1 } });
    const attended = parts.map((part, slot) => this.#attendIfOn(layer, slot, part));
    return this.#graph.node('Concat', attended, { attributes: { axis: 1 } });
  }

  // GroupQueryAttention refuses a sequence without tokens, so an idle slot's node is not run: its cache passes through.
  #attendIfOn(layer: number, slot: number, part: string): string {
    const query = this.#text.heads * this.#text.headDim;
    const outputs = [`text.layers.${layer}.attended.${slot}`, ...this.#cacheOutputs(layer, slot)];
    const busy = this.#graph.subgraph(`on_${layer}_${slot}`);
    this.#attend(busy, layer, slot, part, 'on/');
    const idle = this.#graph.subgraph(`off_${layer}_${slot}`);
    const { ints } = { ints: (value: number) => this.#graph.ints(value) };
    idle.node('Slice', [part, ints(0), ints(query), ints(2)], { outputs: [`off/${outputs[0]}`] });
    for (const side of ['k', 'v'] as const)
      idle.node('Identity', [stepPorts.cache(side, layer, slot)], { outputs: [`off/${stepPorts.cacheOut(side, layer, slot)}`] });
    const dims = [[1, `q${slot}`, query], this.#cacheDims(slot), this.#cacheDims(slot)];
    outputs.forEach((output, i) => {
      busy.output(`on/${output}`, 'f32', dims[i] as (number | string)[]);
      idle.output(`off/${output}`, 'f32', dims[i] as (number | string)[]);
    });
    return this.#graph.node('If', [stepPorts.on(slot)], { outputs, attributes: { then_branch: busy, else_branch: idle } });
  }

  #attend(graph: Graph, layer: number, slot: number, part: string, prefix: string): string {
    const { heads, kvHeads } = this.#text;
    const caches = (['k', 'v'] as const).map((side) => stepPorts.cache(side, layer, slot));
    const inputs = [part, '', '', ...caches, stepPorts.last(slot), stepPorts.total(slot), 'rope.cos', 'rope.sin'];
    const outputs = [`text.layers.${layer}.attended.${slot}`, ...this.#cacheOutputs(layer, slot)].map((name) => prefix + name);
    return graph.node('GroupQueryAttention', inputs, {
      domain: MICROSOFT,
      outputs,
      attributes: { num_heads: heads, kv_num_heads: kvHeads, do_rotary: 1, rotary_interleaved: 0 }
    });
  }

  #mlp(name: string, x: string): string {
    const gate = this.#net.silu(this.#net.matmul(x, `${name}.gate`));
    return this.#net.matmul(this.#graph.node('Mul', [gate, this.#net.matmul(x, `${name}.up`)]), `${name}.down`);
  }

  // RMSNorm of a + b; outputs: the norm, two unused, the sum
  #addAndNorm([a, b]: readonly [string, string], weight: string, outputs: readonly string[]): string {
    return this.#net.microsoft('SkipSimplifiedLayerNormalization', [a, b, this.#net.weight(weight)], {
      outputs,
      attributes: { epsilon: this.#epsilon }
    });
  }

  #wantedRows(x: string): string {
    return this.#graph.node('Gather', [x, stepPorts.rows], { attributes: { axis: 1 } });
  }

  #cacheOutputs(layer: number, slot: number): string[] {
    return [stepPorts.cacheOut('k', layer, slot), stepPorts.cacheOut('v', layer, slot)];
  }

  #cacheDims(slot: number): (number | string)[] {
    return [1, this.#text.kvHeads, `M${slot}`, this.#text.headDim];
  }

  #eachCache(visit: (part: 'k' | 'v', layer: number, slot: number) => void): void {
    for (let layer = 0; layer < this.#text.layers; layer++) {
      for (const slot of this.#slots) {
        visit('k', layer, slot);
        visit('v', layer, slot);
      }
    }
  }
}
