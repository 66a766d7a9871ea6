import { GROUP_NORM_EPSILON, GROUPS, requireGroups } from './codec-groups.ts';
import type { NetworkBuilder } from './network-builder.ts';

/** A feature map inside the picture tokenizer: f32 [1, channels, side, side]. */
export interface FeatureMap {
  readonly value: string;
  readonly channels: number;
  readonly side: number;
}

/** How a convolution moves over its map. */
interface ConvShape {
  readonly output: number;
  readonly kernel: 1 | 3;
  /** Halves the side, reading one row and one column of zeros below and to the right, none above or to the left. */
  readonly halve?: boolean;
}

/** The parts both halves of the picture tokenizer are made of. Names are the checkpoint's, after `vqmodel.`. */
export class CodecBlocks {
  readonly #net: NetworkBuilder;

  constructor(net: NetworkBuilder) {
    this.#net = net;
  }

  /** A convolution that keeps the side, or halves it. */
  conv(x: FeatureMap, name: string, { output, kernel, halve = false }: ConvShape): FeatureMap {
    const around = (kernel - 1) / 2;
    const attributes = halve
      ? { kernel_shape: [kernel, kernel], strides: [2, 2], pads: [0, 0, 1, 1] }
      : { kernel_shape: [kernel, kernel], pads: [around, around, around, around] };
    const inputs = [x.value, this.#weight(name, 'weight'), this.#weight(name, 'bias')];
    const value = this.#net.graph.node('Conv', inputs, { attributes });
    return { value, channels: output, side: halve ? x.side / 2 : x.side };
  }

  /**
   * GroupNorm over 32 groups.
   *
   * @throws {RangeError} if the channels do not divide into 32 groups
   */
  norm(x: FeatureMap, name: string): FeatureMap {
    const { graph } = this.#net;
    requireGroups(name, x.channels);
    const grouped = graph.node('Reshape', [x.value, graph.ints(1, GROUPS, -1)]);
    const normed = graph.node('InstanceNormalization', [grouped, this.#groupConstant(1), this.#groupConstant(0)], {
      attributes: { epsilon: { float: GROUP_NORM_EPSILON } }
    });
    const map = graph.node('Reshape', [normed, graph.ints(1, x.channels, x.side, x.side)]);
    const scaled = graph.node('Mul', [map, this.#weight(name, 'weight')]);
    return { ...x, value: graph.node('Add', [scaled, this.#weight(name, 'bias')]) };
  }

  /** GroupNorm, then swish. */
  normSwish(x: FeatureMap, name: string): FeatureMap {
    return { ...x, value: this.#net.silu(this.norm(x, name).value) };
  }

  /** norm, swish, conv, norm, swish, conv, plus the input (through a 1×1 convolution where the channels change). */
  residual(x: FeatureMap, name: string, output: number): FeatureMap {
    const first = this.conv(this.normSwish(x, `${name}.norm1`), `${name}.conv1`, { output, kernel: 3 });
    const second = this.conv(this.normSwish(first, `${name}.norm2`), `${name}.conv2`, { output, kernel: 3 });
    const skip = x.channels === output ? x : this.conv(x, `${name}.nin_shortcut`, { output, kernel: 1 });
    return this.#add(skip, second);
  }

  /** Self-attention of one head over all positions, plus the input. */
  attention(x: FeatureMap, name: string): FeatureMap {
    const { graph } = this.#net;
    const { channels } = x;
    const normed = this.norm(x, `${name}.norm`);
    // [1, channels, positions]
    const [q, k, v] = ['q', 'k', 'v'].map((part) => {
      const map = this.conv(normed, `${name}.${part}`, { output: channels, kernel: 1 });
      return graph.node('Reshape', [map.value, graph.ints(1, channels, x.side * x.side)]);
    }) as [string, string, string];
    const transpose = (value: string) => graph.node('Transpose', [value], { attributes: { perm: [0, 2, 1] } });
    const scores = graph.node('Mul', [graph.node('MatMul', [transpose(q), k]), graph.scalar(1 / Math.sqrt(channels))]);
    const weights = graph.node('Softmax', [scores], { attributes: { axis: -1 } });
    const mixed = graph.node('MatMul', [v, transpose(weights)]);
    const map = { ...x, value: graph.node('Reshape', [mixed, graph.ints(1, channels, x.side, x.side)]) };
    return this.#add(x, this.conv(map, `${name}.proj_out`, { output: channels, kernel: 1 }));
  }

  /** Each pixel twice in both directions, then a convolution. */
  upsample(x: FeatureMap, name: string): FeatureMap {
    const { graph } = this.#net;
    const scales = 'upsample.scales';
    if (!graph.has(scales)) graph.constant({ name: scales, dtype: 'f32', dims: [4] }, Float32Array.of(1, 1, 2, 2));
    const value = graph.node('Resize', [x.value, '', scales], {
      attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
    });
    return this.conv({ ...x, value, side: x.side * 2 }, name, { output: x.channels, kernel: 3 });
  }

  #add(a: FeatureMap, b: FeatureMap): FeatureMap {
    return { ...b, value: this.#net.graph.node('Add', [a.value, b.value]) };
  }

  #weight(name: string, part: 'weight' | 'bias'): string {
    return this.#net.weight(`codec.${name}.${part}`);
  }

  // InstanceNormalization wants a scale and a bias for each group; the real ones are for each channel.
  #groupConstant(value: number): string {
    const name = `group.${value}`;
    const { graph } = this.#net;
    return graph.has(name) ? name : graph.constant({ name, dtype: 'f32', dims: [GROUPS] }, new Float32Array(GROUPS).fill(value));
  }
}
