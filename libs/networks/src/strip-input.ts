import type { Graph } from '@janus-mesh/onnx';
import { MICROSOFT } from '@janus-mesh/onnx';

/** A matrix of the bundle and the bias that goes with it. */
export interface StripMatrix {
  /** i8 or f32 [k, n] */
  readonly values: string;
  /** f32 [n], where the values are i8. */
  readonly scales: string | undefined;
  /** f32 [n] */
  readonly bias: string;
}

/** Which places of the input each output place reads. */
export interface Windows {
  /** i32 [places, taps] */
  readonly table: string;
  readonly places: number;
  readonly taps: number;
}

interface Bytes {
  readonly value: string;
  readonly scale: string;
  readonly zero: string;
}

/**
 * What the convolutions of a strip read: f32 [places, channels] and, for int8 matrices, the same as bytes with one scale and zero point,
 * made once.
 */
export class StripInput {
  readonly #graph: Graph;
  readonly #value: string;
  readonly #channels: number;
  #bytes: Bytes | undefined;

  constructor(graph: Graph, value: string, channels: number) {
    this.#graph = graph;
    this.#value = value;
    this.#channels = channels;
  }

  /** The sum over each place's window of its places' channels times the matrix's rows, plus the bias: f32 [places, n]. */
  times({ values, scales, bias }: StripMatrix, windows?: Windows): string {
    const graph = this.#graph;
    if (scales === undefined) {
      const product = graph.node('MatMul', [this.#gathered(this.#value, () => this.#zeros(), windows), values]);
      return graph.node('Add', [product, bias]);
    }
    const { value, scale, zero } = this.#quantized();
    const rows = this.#gathered(value, () => this.#row(zero), windows);
    return graph.node('MatMulIntegerToFloat', [rows, values, scale, scales, zero, '', bias], { domain: MICROSOFT });
  }

  // Copies each place's window into one row [taps · channels]. Beyond the edge there are zeros.
  #gathered(value: string, border: () => string, windows: Windows | undefined): string {
    if (!windows) return value;
    const graph = this.#graph;
    const name = `${value}.bordered`;
    if (!graph.has(name)) graph.node('Concat', [value, border()], { outputs: [name], attributes: { axis: 0 } });
    const gathered = graph.node('Gather', [name, windows.table], { attributes: { axis: 0 } });
    return graph.node('Reshape', [gathered, graph.ints(windows.places, windows.taps * this.#channels)]);
  }

  #quantized(): Bytes {
    if (this.#bytes) return this.#bytes;
    const [value, scale, zero] = ['bytes', 'scale', 'zero'].map((part) => `${this.#value}.${part}`) as [string, string, string];
    this.#graph.node('DynamicQuantizeLinear', [this.#value], { outputs: [value, scale, zero] });
    this.#bytes = { value, scale, zero };
    return this.#bytes;
  }

  #row(scalar: string): string {
    const graph = this.#graph;
    return graph.node('Expand', [scalar, graph.ints(1, this.#channels)]);
  }

  #zeros(): string {
    return this.#row(this.#graph.scalar(0));
  }
}
