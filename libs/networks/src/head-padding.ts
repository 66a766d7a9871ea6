import type { TextConfig } from '@janus-mesh/models';
import type { Graph } from '@janus-mesh/onnx';

const MULTIPLE = 16;

/**
 * Width of a head inside attention and in its cache: GroupQueryAttention rotates only heads of a multiple of 16, so others are
 * widened with zeros.
 */
export function paddedHeadDim({ headDim }: Pick<TextConfig, 'headDim'>): number {
  return Math.ceil(headDim / MULTIPLE) * MULTIPLE;
}

/**
 * Widens or narrows each head. Rotation pairs element i with i + half a head, so each half is widened on its own:
 * [a b | c d] → [a b 0 0 | c d 0 0].
 */
export class HeadPadding {
  readonly #graph: Graph;
  readonly #half: number;
  readonly #paddedHalf: number;

  constructor(graph: Graph, text: TextConfig) {
    this.#graph = graph;
    this.#half = text.headDim / 2;
    this.#paddedHalf = paddedHeadDim(text) / 2;
  }

  /** x [1, T, heads · headDim] → [1, T, heads · padded] */
  pad(x: string, heads: number): string {
    if (this.#half === this.#paddedHalf) return x;
    const graph = this.#graph;
    const halves = graph.node('Reshape', [x, graph.ints(0, 0, heads, 2, this.#half)]); // 0 keeps a dim
    const after = graph.ints(0, 0, 0, 0, 0, 0, 0, 0, 0, this.#paddedHalf - this.#half);
    return graph.node('Reshape', [graph.node('Pad', [halves, after]), graph.ints(0, 0, heads * 2 * this.#paddedHalf)]);
  }

  /** x [1, T, heads · padded] → [1, T, heads · headDim] */
  unpad(x: string, heads: number): string {
    if (this.#half === this.#paddedHalf) return x;
    const graph = this.#graph;
    const halves = graph.node('Reshape', [x, graph.ints(0, 0, heads, 2, this.#paddedHalf)]);
    const kept = graph.node('Slice', [halves, graph.ints(0), graph.ints(this.#half), graph.ints(4)]);
    return graph.node('Reshape', [kept, graph.ints(0, 0, heads * 2 * this.#half)]);
  }
}
