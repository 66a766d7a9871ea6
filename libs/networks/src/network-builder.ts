import { Graph, MICROSOFT, modelBytes } from '@janus-mesh/onnx';
import { bundleTensors } from './bundle-tensors.ts';
import type { BundleTensor, Network, NetworkConfig } from './network.ts';

/** A graph under construction together with the bundle it takes its weights from. */
export class NetworkBuilder {
  readonly graph: Graph;
  readonly #tensors: ReadonlyMap<string, BundleTensor>;

  constructor(name: string, config: NetworkConfig) {
    this.graph = new Graph(name);
    this.#tensors = new Map(bundleTensors(config).map((tensor) => [tensor.name, tensor]));
  }

  /**
   * Uses a tensor of the bundle.
   *
   * @throws {RangeError} if the bundle has none of that name
   */
  weight(name: string): string {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new RangeError(`no tensor ${name} in a bundle of this shape`);
    return this.graph.weight(tensor);
  }

  /** x · weight, without bias. x [..., k], weight [k, n] → [..., n] */
  matmul(x: string, weight: string): string {
    return this.graph.node('MatMul', [x, this.weight(weight)]);
  }

  /** x · weight + bias of the linear layer of that name. x [..., k] → [..., n] */
  linear(x: string, name: string): string {
    return this.graph.node('Add', [this.matmul(x, `${name}.weight`), this.weight(`${name}.bias`)]);
  }

  /** gelu(x · weight + bias), the exact (erf) form. x [..., k] → [..., n] */
  linearGelu(x: string, name: string): string {
    return this.microsoft('BiasGelu', [this.matmul(x, `${name}.weight`), this.weight(`${name}.bias`)]);
  }

  /** x · sigmoid(x) (SiLU, swish). */
  silu(x: string): string {
    return this.microsoft('QuickGelu', [x], { attributes: { alpha: { float: 1 } } });
  }

  /** Adds a node of ONNX Runtime's own operators. */
  microsoft(operator: string, inputs: readonly string[], options: Omit<Parameters<Graph['node']>[2] & object, 'domain'> = {}): string {
    return this.graph.node(operator, inputs, { ...options, domain: MICROSOFT });
  }

  /** Makes a value an output under that name. ONNX Runtime folds the node away. */
  output(value: string, name: string, dims: readonly (number | string)[]): void {
    this.graph.output(this.graph.node('Identity', [value], { outputs: [name] }), 'f32', dims);
  }

  /** The finished network. */
  finish(): Network {
    const { graph } = this;
    return { model: modelBytes(graph), weights: graph.weights.map(({ name }) => name), inputs: graph.inputs, outputs: graph.outputs };
  }
}
