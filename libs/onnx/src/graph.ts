import type { DType } from '@janus-mesh/tensor';
import { type Attributes, attributeProto } from './attribute.ts';
import { ProtoWriter } from './proto-writer.ts';
import { externalTensor, inlineTensor, type TensorInfo } from './tensor-proto.ts';
import { type ValueInfo, valueInfoProto } from './value-info.ts';

/** Domain of ONNX Runtime's own operators. */
export const MICROSOFT = 'com.microsoft';

/** What a node may say besides its operator and inputs. */
export interface NodeOptions {
  readonly attributes?: Attributes;
  /** Default: ONNX's own. */
  readonly domain?: string;
  /** Names of its outputs; '' leaves one out. Default: one output with a made-up name. */
  readonly outputs?: readonly string[];
}

const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;

/**
 * A graph under construction. Values are strings: their names. Nodes are added in the order they run in, so a name must be
 * known before it is used; that is checked at once.
 */
export class Graph {
  readonly name: string;
  readonly inputs: ValueInfo[] = [];
  readonly outputs: ValueInfo[] = [];
  /** Initializers that are supplied from outside, in the order they were first used. */
  readonly weights: TensorInfo[] = [];
  readonly #parent: Graph | undefined;
  readonly #known = new Set<string>();
  readonly #nodes: ProtoWriter[] = [];
  readonly #initializers: ProtoWriter[] = [];
  #made = 0;

  constructor(name: string, parent?: Graph) {
    this.name = name;
    this.#parent = parent;
  }

  /** Declares an input. */
  input(name: string, dtype: DType, dims: readonly (number | string)[]): string {
    this.#define(name);
    this.inputs.push({ name, dtype, dims });
    return name;
  }

  /** Declares that a value is an output. */
  output(name: string, dtype: DType, dims: readonly (number | string)[]): void {
    this.#require(name);
    this.outputs.push({ name, dtype, dims });
  }

  /** Adds a constant that the model carries. It lies in the main graph, where all subgraphs see the one. */
  constant(info: TensorInfo, data: ArrayBufferView): string {
    if (this.#parent) return this.#parent.constant(info, data);
    this.#define(info.name);
    this.#initializers.push(inlineTensor(info, data));
    return info.name;
  }

  /** A f32 scalar; the same constant for the same value. */
  scalar(value: number): string {
    const name = `f32:${value}`;
    return this.has(name) ? name : this.constant({ name, dtype: 'f32', dims: [] }, Float32Array.of(value));
  }

  /** A vector of i64, as shapes and axes are given; the same constant for the same values. */
  ints(...values: number[]): string {
    const name = `i64:${values}`;
    return this.has(name) ? name : this.constant({ name, dtype: 'i64', dims: [values.length] }, BigInt64Array.from(values, BigInt));
  }

  /** Uses a weight that is supplied from outside; declares it the first time. */
  weight(info: TensorInfo): string {
    if (this.has(info.name)) return info.name;
    this.#define(info.name);
    this.weights.push(info);
    this.#initializers.push(externalTensor(info));
    return info.name;
  }

  /** Adds a node. Returns the name of its first output. */
  node(operator: string, inputs: readonly string[], options: NodeOptions = {}): string {
    for (const input of inputs) if (input) this.#require(input);
    const outputs = options.outputs ?? [this.#unused(operator)];
    for (const output of outputs) if (output) this.#define(output);
    const first = outputs[0] as string;
    const proto = new ProtoWriter();
    for (const input of inputs) proto.string(NODE.input, input);
    for (const output of outputs) proto.string(NODE.output, output);
    proto.string(NODE.name, `${operator}:${first}`).string(NODE.opType, operator);
    for (const [name, value] of Object.entries(options.attributes ?? {})) proto.message(NODE.attribute, attributeProto(name, value));
    if (options.domain) proto.string(NODE.domain, options.domain);
    this.#nodes.push(proto);
    return first;
  }

  /**
   * A graph for an attribute of one of this graph's nodes; it sees this graph's values.
   *
   * @param name prefix of the names it makes up: no two subgraphs may share one
   */
  subgraph(name: string): Graph {
    return new Graph(name, this);
  }

  /** Whether a name stands for a value here. */
  has(name: string): boolean {
    return this.#known.has(name) || (this.#parent?.has(name) ?? false);
  }

  /** The GraphProto. */
  toProto(): ProtoWriter {
    const proto = new ProtoWriter();
    for (const node of this.#nodes) proto.message(GRAPH.node, node);
    proto.string(GRAPH.name, this.name);
    for (const initializer of this.#initializers) proto.message(GRAPH.initializer, initializer);
    for (const input of this.inputs) proto.message(GRAPH.input, valueInfoProto(input));
    for (const output of this.outputs) proto.message(GRAPH.output, valueInfoProto(output));
    return proto;
  }

  #unused(operator: string): string {
    return `${this.#parent ? this.name : ''}${operator}_${this.#made++}`;
  }

  #define(name: string): void {
    if (this.has(name)) throw new RangeError(`graph ${this.name} has a value ${name} already`);
    this.#known.add(name);
  }

  #require(name: string): void {
    if (!this.has(name)) throw new RangeError(`graph ${this.name} has no value ${name}`);
  }
}
