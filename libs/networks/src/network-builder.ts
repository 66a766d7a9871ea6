import { elementType, Graph, MICROSOFT, modelBytes } from '@janus-mesh/onnx';
import type { DType } from '@janus-mesh/tensor';
import { bundleTensors } from './bundle-tensors.ts';
import { Int8Activations } from './int8-activations.ts';
import type { BundleTensor, Network, NetworkConfig } from './network.ts';
import { blockLength, scalesOf } from './quantized-tensors.ts';

// MatMulNBits: the kernel may quantise activations to int8, in blocks as long as the weights'. Else it is many times slower.
const INT8_ACTIVATIONS = 4;

/** A matrix whose rows still have to be multiplied by a factor each. */
export interface OwedRows {
  /** f32 [1, T, n] */
  readonly value: string;
  /** f32 [1, T, 1]; undefined where nothing is owed. */
  readonly factor: string | undefined;
}

/** A graph under construction together with the bundle it takes its weights from. */
export class NetworkBuilder {
  readonly graph: Graph;
  readonly #tensors: ReadonlyMap<string, BundleTensor>;
  readonly #int8: Int8Activations;

  constructor(name: string, config: NetworkConfig) {
    this.graph = new Graph(name);
    this.#int8 = new Int8Activations(this.graph);
    this.#tensors = new Map(bundleTensors(config).map((tensor) => [tensor.name, tensor]));
  }

  /**
   * Uses a tensor of the bundle.
   *
   * @throws {RangeError} if the bundle has none of that name
   */
  weight(name: string): string {
    return this.graph.weight(this.#tensor(name));
  }

  /** x · weight, without bias. x [..., k] → [..., n]; where the weight is int8, x is [1, T, k] */
  matmul(x: string, weight: string): string {
    return this.settle(this.product({ value: x, factor: undefined }, weight));
  }

  /**
   * As `matmul`, but row factors are passed on instead of multiplied in: those x owes, and the scales of its bytes where the weight is
   * int8. They commute with every linear layer and every product with another matrix, so that a later one can pay for all.
   */
  product({ value, factor }: OwedRows, weight: string): OwedRows {
    const { quantized, dims, dtype } = this.#tensor(weight);
    if (!quantized) {
      const isHalf = dtype === 'f16';
      const product = this.graph.node('MatMul', [isHalf ? this.cast(value, 'f16') : value, this.weight(weight)]);
      return { value: isHalf ? this.cast(product, 'f32') : product, factor };
    }
    const matrix = [this.weight(weight), this.weight(scalesOf(weight))] as const;
    if (quantized.form === 'w8a8') return this.#int8Product({ value, factor }, ...matrix);
    const [n = 0, blocks = 0] = dims;
    const length = blockLength(dims);
    const attributes = { K: blocks * length, N: n, bits: 4, block_size: length, accuracy_level: INT8_ACTIVATIONS };
    return { value: this.microsoft('MatMulNBits', [value, ...matrix], { attributes }), factor };
  }

  /** A value as elements of another type. */
  cast(x: string, dtype: DType): string {
    return this.graph.node('Cast', [x], { attributes: { to: elementType(dtype) } });
  }

  /** Multiplies in what is owed. */
  settle({ value, factor }: OwedRows): string {
    return factor === undefined ? value : this.graph.node('Mul', [value, factor]);
  }

  /** Matrices from here on have another number of rows than those before. */
  changeRows(): void {
    this.#int8.changeRows();
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

  // Sums of u8 × i8 products are exact in 32 bits up to k = 66,000, and so do not depend on their order.
  #int8Product({ value, factor }: OwedRows, matrix: string, scales: string): OwedRows {
    const rows = this.#int8.quantize(value);
    const inputs = [rows.value, matrix, this.graph.scalar(1), scales, this.#int8.zeroPoint()];
    const owed = factor === undefined ? rows.scale : this.graph.node('Mul', [rows.scale, factor]);
    return { value: this.microsoft('MatMulIntegerToFloat', inputs), factor: owed };
  }

  #tensor(name: string): BundleTensor {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new RangeError(`no tensor ${name} in a bundle of this shape`);
    return tensor;
  }

  /** The finished network. */
  finish(): Network {
    const { graph } = this;
    return { model: modelBytes(graph), weights: graph.weights.map(({ name }) => name), inputs: graph.inputs, outputs: graph.outputs };
  }
}
