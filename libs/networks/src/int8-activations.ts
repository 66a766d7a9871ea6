import type { Graph } from '@janus-mesh/onnx';

const ZERO_POINT = 128;

/** Activations as bytes: x ≈ (value − 128) · scale, row by row. */
export interface Int8Rows {
  /** u8 [1, T, k] */
  readonly value: string;
  /** f32 [1, T, 1]: the row's largest magnitude / 127. */
  readonly scale: string;
}

/**
 * Quantises activations while they run, each row by itself: a row's bytes do not depend on the rows beside it. They are unsigned because
 * only u8 × i8 has fast kernels.
 */
export class Int8Activations {
  readonly #graph: Graph;
  readonly #made = new Map<string, Int8Rows>();
  #zeroPoints: string | undefined;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** Quantises a matrix; the same one is quantised once. x f32 [1, T, k]. A row of zeros stays one. */
  quantize(x: string): Int8Rows {
    const made = this.#made.get(x) ?? this.#quantize(x);
    this.#made.set(x, made);
    return made;
  }

  /** What is quantised from here on has another number of rows than before. */
  changeRows(): void {
    this.#zeroPoints = undefined;
  }

  /** u8 scalar: the byte that stands for 0. */
  zeroPoint(): string {
    return this.#constant('u8:128', []);
  }

  #quantize(x: string): Int8Rows {
    const graph = this.#graph;
    const largest = graph.node('ReduceMax', [graph.node('Abs', [x]), graph.ints(-1)], { attributes: { keepdims: 1 } });
    const scale = graph.node('Mul', [largest, graph.scalar(1 / 127)]);
    const rowScales = graph.node('Squeeze', [scale, graph.ints(0, 2)]);
    this.#zeroPoints ??= this.#zeroPointsLike(rowScales);
    return { value: graph.node('QuantizeLinear', [x, rowScales, this.#zeroPoints], { attributes: { axis: 1 } }), scale };
  }

  // Zero points come one a row, as the scales do.
  #zeroPointsLike(rowScales: string): string {
    return this.#graph.node('Expand', [this.#constant('u8:[128]', [1]), this.#graph.node('Shape', [rowScales])]);
  }

  #constant(name: string, dims: readonly number[]): string {
    const graph = this.#graph;
    return graph.has(name) ? name : graph.constant({ name, dtype: 'u8', dims }, Uint8Array.of(ZERO_POINT));
  }
}
