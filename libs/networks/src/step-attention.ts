import { type KvForm, type TextConfig, UNQUANTIZED } from '@janus-mesh/models';
import { type Attributes, type Graph, MICROSOFT } from '@janus-mesh/onnx';
import { cacheDims, cacheDtype } from './cache-dims.ts';
import { HeadPadding, paddedHeadDim } from './head-padding.ts';
import type { NetworkConfig } from './network.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { type CachePart, stepPorts } from './step-ports.ts';

const PARTS: readonly CachePart[] = ['k', 'v'];
const ROPE = ['cos', 'sin'] as const;

// How GroupQueryAttention is told what its cache is made of.
const CACHE_ATTRIBUTES: Readonly<Record<KvForm, Attributes>> = {
  f32: {},
  int8: int8Cache('PER_TENSOR'),
  int8_channel: int8Cache('PER_CHANNEL')
};

function int8Cache(scales: string): Attributes {
  return { k_quant_type: scales, v_quant_type: scales, kv_cache_bit_width: 8 };
}

/** The sequences a step has room for. */
interface StepSlots {
  readonly slots: number;
  /** Whether a step may leave slots idle. */
  readonly idleSlots: boolean;
  /** Whether a row of no sequence follows theirs where they are odd. */
  readonly evenRows: boolean;
}

/** The part of the packed step that knows sequences: causal attention of each slot over its own cache, with rotary positions. */
export class StepAttention {
  readonly #net: NetworkBuilder;
  readonly #graph: Graph;
  readonly #text: TextConfig;
  readonly #kv: KvForm;
  readonly #slots: readonly number[];
  readonly #idleSlots: boolean;
  readonly #evenRows: boolean;
  readonly #padding: HeadPadding;

  constructor(net: NetworkBuilder, { text, quantization = UNQUANTIZED }: NetworkConfig, { slots, idleSlots, evenRows }: StepSlots) {
    this.#net = net;
    this.#graph = net.graph;
    this.#text = text;
    this.#kv = quantization.kv;
    this.#slots = Array.from({ length: slots }, (_, slot) => slot);
    this.#idleSlots = idleSlots;
    this.#evenRows = evenRows;
    this.#padding = new HeadPadding(net.graph, text);
  }

  /** Declares what each slot brings: how many tokens, how many positions are filled, its cache of every layer. */
  declareInputs(): void {
    const graph = this.#graph;
    if (this.#parts > 1) graph.input(stepPorts.splits, 'i64', [this.#parts]);
    if (this.#evenRows) graph.input(stepPorts.padding, 'f32', [1, 'P', this.#queryWidth]);
    for (const slot of this.#slots) {
      if (this.#idleSlots) graph.input(stepPorts.on(slot), 'bool', [1]);
      graph.input(stepPorts.last(slot), 'i32', [1]);
      graph.input(stepPorts.total(slot), 'i32', [1]);
    }
    this.#eachCache((part, layer, slot) => graph.input(stepPorts.cache(part, layer, slot), this.#cacheDtype, this.#cacheDims(slot)));
    // No constants: each session would keep its own.
    for (const table of ROPE) graph.input(stepPorts.rope(table), 'f32', ['positions', paddedHeadDim(this.#text) / 2]);
  }

  /** Declares the updated caches. */
  declareOutputs(): void {
    this.#eachCache((part, layer, slot) =>
      this.#graph.output(stepPorts.cacheOut(part, layer, slot), this.#cacheDtype, this.#cacheDims(slot))
    );
  }

  /** Attention of one layer. qkv [1, T, (heads + 2 kvHeads) · headDim] → [1, T, heads · headDim] */
  apply(layer: number, qkv: string): string {
    const { heads, kvHeads } = this.#text;
    return this.#padding.unpad(this.#attendAll(layer, this.#padding.pad(qkv, heads + 2 * kvHeads)), heads);
  }

  #attendAll(layer: number, qkv: string): string {
    if (this.#parts === 1) return this.#attend(this.#graph, layer, 0, qkv);
    const parts = this.#slots.map((slot) => `text.layers.${layer}.qkv.${slot}`);
    const unread = this.#evenRows ? [`text.layers.${layer}.qkv.padding`] : [];
    this.#graph.node('Split', [qkv, stepPorts.splits], { outputs: [...parts, ...unread], attributes: { axis: 1 } });
    const attended = parts.map((part, slot) =>
      this.#idleSlots ? this.#attendIfOn(layer, slot, part) : this.#attend(this.#graph, layer, slot, part)
    );
    if (this.#evenRows) attended.push(stepPorts.padding);
    return this.#graph.node('Concat', attended, { attributes: { axis: 1 } });
  }

  // GroupQueryAttention refuses a sequence without tokens. An idle slot does not run it: its cache passes through, untouched.
  #attendIfOn(layer: number, slot: number, part: string): string {
    const query = this.#queryWidth;
    const busy = this.#graph.subgraph(`on.${layer}.${slot}/`);
    this.#attend(busy, layer, slot, part);
    const idle = this.#graph.subgraph(`off.${layer}.${slot}/`);
    const outputs = this.#attendedAndCaches(layer, slot);
    const [start, end, axis] = [this.#graph.ints(0), this.#graph.ints(query), this.#graph.ints(2)];
    idle.node('Slice', [part, start, end, axis], { outputs: [`${idle.name}${outputs[0]}`] }); // [1, 0, query]
    for (const side of PARTS) {
      const passed = `${idle.name}${stepPorts.cacheOut(side, layer, slot)}`;
      idle.node('Identity', [stepPorts.cache(side, layer, slot)], { outputs: [passed] });
    }
    const dims = [[1, `q${slot}`, query], this.#cacheDims(slot), this.#cacheDims(slot)];
    const dtypes = ['f32', this.#cacheDtype, this.#cacheDtype] as const;
    for (const branch of [busy, idle])
      outputs.forEach((output, i) => void branch.output(branch.name + output, dtypes[i] ?? 'f32', dims[i] ?? []));
    return this.#graph.node('If', [stepPorts.on(slot)], { outputs, attributes: { then_branch: busy, else_branch: idle } });
  }

  #attend(graph: Graph, layer: number, slot: number, part: string): string {
    const { heads, kvHeads, headDim } = this.#text;
    const prefix = graph === this.#graph ? '' : graph.name;
    const caches = PARTS.map((side) => stepPorts.cache(side, layer, slot));
    const inputs = [part, '', '', ...caches, stepPorts.last(slot), stepPorts.total(slot), ...ROPE.map(stepPorts.rope)];
    return graph.node('GroupQueryAttention', [...inputs, ...this.#cacheScales(layer)], {
      domain: MICROSOFT,
      outputs: this.#attendedAndCaches(layer, slot).map((name) => prefix + name),
      attributes: {
        num_heads: heads,
        kv_num_heads: kvHeads,
        scale: { float: 1 / Math.sqrt(headDim) },
        do_rotary: 1,
        ...CACHE_ATTRIBUTES[this.#kv]
      }
    });
  }

  // Inputs 12 and 13; the three before are positions, bias and sink.
  #cacheScales(layer: number): string[] {
    return this.#kv === 'f32' ? [] : ['', '', '', ...PARTS.map((part) => this.#net.weight(`text.layers.${layer}.${part}_scale`))];
  }

  #attendedAndCaches(layer: number, slot: number): string[] {
    return [`text.layers.${layer}.attended.${slot}`, ...PARTS.map((side) => stepPorts.cacheOut(side, layer, slot))];
  }

  // What the rows are split into.
  get #parts(): number {
    return this.#slots.length + (this.#evenRows ? 1 : 0);
  }

  get #queryWidth(): number {
    return this.#text.heads * paddedHeadDim(this.#text);
  }

  get #cacheDtype(): 'f32' | 'i8' {
    return cacheDtype(this.#kv);
  }

  #cacheDims(slot: number): readonly (number | string)[] {
    return cacheDims(this.#text, `M${slot}`);
  }

  #eachCache(visit: (part: CachePart, layer: number, slot: number) => void): void {
    for (let layer = 0; layer < this.#text.layers; layer++)
      for (const slot of this.#slots) for (const part of PARTS) visit(part, layer, slot);
  }
}
