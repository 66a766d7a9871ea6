import type { Graph } from '@janus-mesh/onnx';
import { GROUP_NORM_EPSILON, GROUPS, requireGroups } from './codec-groups.ts';
import type { NetworkBuilder } from './network-builder.ts';

// Places side by side in a row of the products that make moments: with the channels alone as columns, threads would share each row.
const ABREAST = 8;

/** A feature map with its channels last: place after place, row after row. */
export interface PlaceMap {
  /** f32 [side², channels] */
  readonly value: string;
  /** f32 [2, channels]: the mean over all places, and the mean of the squares. */
  readonly moments: string;
  readonly channels: number;
  readonly side: number;
}

/** What a norm does to each channel: x · scale + shift, f32 [channels]. */
export interface Affine {
  readonly scale: string;
  readonly shift: string;
}

/** A map, or a part of one. */
interface Places {
  /** f32 [places, channels], or another shape of the same. */
  readonly value: string;
  readonly places: number;
  readonly channels: number;
}

/**
 * A part's share of a map's moments, for `momentsOf`; the sum of all parts' shares is the map's. The sums are products with a row of equal
 * numbers: reductions over the first axis are many times slower.
 *
 * @param total places of the whole map
 * @returns f32 [2, n · channels]
 */
export function shareOfMoments(graph: Graph, { value, places, channels }: Places, total: number): { value: string; dims: number[] } {
  const abreast = places % ABREAST === 0 ? ABREAST : 1;
  const rows = places / abreast;
  const name = `mean.${rows}.${total}`;
  const mean = graph.has(name) ? name : graph.constant({ name, dtype: 'f32', dims: [1, rows] }, new Float32Array(rows).fill(1 / total));
  const wide = graph.node('Reshape', [value, graph.ints(rows, abreast * channels)]);
  const shares = [wide, graph.node('Mul', [wide, wide])].map((factor) => graph.node('MatMul', [mean, factor]));
  const both = graph.node('Concat', shares, { attributes: { axis: 0 } });
  return { value: both, dims: [2, abreast * channels] };
}

/** Moments of a map, f32 [2, channels], from the sum of its parts' shares. */
export function momentsOf(graph: Graph, shares: string, channels: number): string {
  return graph.node('ReduceSum', [graph.node('Reshape', [shares, graph.ints(2, -1, channels)]), graph.ints(1)], {
    attributes: { keepdims: 0 }
  });
}

/**
 * GroupNorm over 32 groups, as what it does to each channel of this map.
 *
 * @throws {RangeError} if the channels do not divide into 32 groups
 */
export function groupNorm(net: NetworkBuilder, { moments, channels }: PlaceMap, name: string): Affine {
  requireGroups(name, channels);
  const { graph } = net;
  const grouped = (value: string) => graph.node('Reshape', [value, graph.ints(GROUPS, channels / GROUPS)]);
  const ofGroup = (row: number) => {
    const channelMeans = graph.node('Gather', [moments, graph.ints(row)], { attributes: { axis: 0 } });
    return graph.node('ReduceMean', [grouped(channelMeans), graph.ints(1)], { attributes: { keepdims: 1 } }); // [32, 1]
  };
  const [mean, square] = [ofGroup(0), ofGroup(1)];
  // Rounding can make the variance of an even map a little less than 0.
  const variance = graph.node('Max', [graph.node('Sub', [square, graph.node('Mul', [mean, mean])]), graph.scalar(0)]);
  const deviation = graph.node('Sqrt', [graph.node('Add', [variance, graph.scalar(GROUP_NORM_EPSILON)])]);
  const scale = graph.node('Div', [grouped(net.weight(`codec.${name}.weight`)), deviation]);
  const shift = graph.node('Sub', [grouped(net.weight(`codec.${name}.bias`)), graph.node('Mul', [mean, scale])]);
  const flat = (value: string) => graph.node('Reshape', [value, graph.ints(channels)]);
  return { scale: flat(scale), shift: flat(shift) };
}

/** Applies what a norm does. */
export function applyNorm(graph: Graph, value: string, { scale, shift }: Affine): string {
  return graph.node('Add', [graph.node('Mul', [value, scale]), shift]);
}
