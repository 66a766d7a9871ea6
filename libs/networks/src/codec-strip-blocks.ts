import { linearForm, type Quantization } from '@janus-mesh/models';
import { type Graph, MICROSOFT } from '@janus-mesh/onnx';
import { TAPS } from './codec-strips.ts';
import { mapStrips, type Strip, type StripOutput, someWindows } from './map-strips.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { type Affine, applyNorm, groupNorm, momentsOf, type PlaceMap, shareOfMoments } from './place-map.ts';
import { scalesOf } from './quantized-tensors.ts';
import { StripInput, type StripMatrix } from './strip-input.ts';

const WINDOW = Array.from({ length: TAPS }, (_, tap) => tap);

/** A norm, swish, and a 3×3 convolution. */
interface NormedConv {
  readonly norm: string;
  readonly conv: string;
  readonly output: number;
  /** A map that is added, through a 1×1 convolution where one is named. */
  readonly skip?: { readonly map: PlaceMap; readonly shortcut: string | undefined };
}

/**
 * The decoder's parts in int8: each convolution is an integer matrix product over the windows of its places, made strip by strip together
 * with the norm before it, so that memory sees each map once.
 */
export class CodecStripBlocks {
  readonly #net: NetworkBuilder;
  readonly #quantization: Quantization;

  constructor(net: NetworkBuilder, quantization: Quantization) {
    this.#net = net;
    this.#quantization = quantization;
  }

  /** norm, swish, conv, norm, swish, conv, plus the input (through a 1×1 convolution where the channels change). */
  residual(x: PlaceMap, name: string, output: number): PlaceMap {
    const first = this.#normedConv(x, { norm: `${name}.norm1`, conv: `${name}.conv1`, output });
    const skip = { map: x, shortcut: x.channels === output ? undefined : `${name}.nin_shortcut` };
    return this.#normedConv(first, { norm: `${name}.norm2`, conv: `${name}.conv2`, output, skip });
  }

  /** Self-attention of one head over all places, plus the input. */
  attention(x: PlaceMap, name: string): PlaceMap {
    const net = this.#net;
    const { graph } = net;
    const { channels, side } = x;
    const normed = applyNorm(graph, x.value, groupNorm(net, x, `${name}.norm`));
    const rows = graph.node('Reshape', [normed, graph.ints(1, side * side, channels)]);
    const [q, k, v] = ['q', 'k', 'v'].map((part) => net.linear(rows, `codec.${name}.${part}`)) as [string, string, string];
    const keys = graph.node('Transpose', [k], { attributes: { perm: [0, 2, 1] } });
    const scores = graph.node('Mul', [graph.node('MatMul', [q, keys]), graph.scalar(1 / Math.sqrt(channels))]);
    const mixed = graph.node('MatMul', [graph.node('Softmax', [scores], { attributes: { axis: -1 } }), v]);
    const projected = graph.node('Reshape', [net.linear(mixed, `codec.${name}.proj_out`), graph.ints(side * side, channels)]);
    return this.wholeMap({ value: graph.node('Add', [x.value, projected]), channels, side });
  }

  /** Each pixel twice in both directions, then a 3×3 convolution: done on the small map, with a 2×2 kernel for each pixel of four. */
  upsample(x: PlaceMap, name: string): PlaceMap {
    const { channels, side } = x;
    return this.#collect({ channels, side: side * 2 }, name, x, (strip) => {
      const { graph, cut } = strip;
      const input = new StripInput(graph, strip.reach, channels);
      const rows = [0, 1].map((row) => {
        const pixels = [0, 1].map((column) => {
          const first = 3 * row + column;
          const table = someWindows(strip, [first, first + 1, first + 3, first + 4]);
          return input.times(this.#matrix(`${name}.phase.${2 * row + column}`, name), { table, places: cut.places, taps: 4 });
        });
        const beside = graph.node('Concat', pixels, { attributes: { axis: 1 } });
        return graph.node('Reshape', [beside, graph.ints(cut.rows, 2 * side * channels)]);
      });
      return { value: graph.node('Concat', rows, { attributes: { axis: 1 } }), dims: [cut.rows, 4 * side * channels] };
    });
  }

  /** norm, swish and the last convolution, which stays f32. Gives f32 [side², output]. */
  last(x: PlaceMap, { norm, conv, output }: NormedConv): string {
    const net = this.#net;
    const { graph } = net;
    const affine = groupNorm(net, x, norm);
    // Few outputs: each place's share in each output of each window around it comes first, [channels, 9 · output].
    const taps = graph.node('Transpose', [net.weight(`codec.${conv}.weight`)], { attributes: { perm: [1, 2, 3, 0] } });
    const matrix = graph.node('Reshape', [taps, graph.ints(x.channels, TAPS * output)]);
    const bias = net.weight(`codec.${conv}.bias`);
    const [strips] = mapStrips(graph, {
      name: conv,
      map: x,
      channels: x.channels,
      body: (strip) => [lastStrip(strip, swished(strip, affine), { matrix, bias, output })]
    }) as [string];
    return graph.node('Reshape', [strips, graph.ints(x.side * x.side, output)]);
  }

  /** A map that was made in one piece. */
  wholeMap(map: Omit<PlaceMap, 'moments'>): PlaceMap {
    const places = map.side * map.side;
    const { graph } = this.#net;
    return { ...map, moments: momentsOf(graph, shareOfMoments(graph, { ...map, places }, places).value, map.channels) };
  }

  #normedConv(x: PlaceMap, { norm, conv, output, skip }: NormedConv): PlaceMap {
    const affine = groupNorm(this.#net, x, norm);
    return this.#collect({ channels: output, side: x.side }, conv, x, (strip) => {
      const input = new StripInput(strip.graph, swished(strip, affine), x.channels);
      const windows = { table: someWindows(strip, WINDOW), places: strip.cut.places, taps: TAPS };
      const value = input.times(this.#matrix(conv, conv), windows);
      const sum = skip ? strip.graph.node('Add', [this.#skipped(strip, skip), value]) : value;
      return { value: sum, dims: [strip.cut.places, output] };
    });
  }

  #skipped(strip: Strip, { map, shortcut }: NonNullable<NormedConv['skip']>): string {
    const own = strip.own(map);
    return shortcut ? new StripInput(strip.graph, own, map.channels).times(this.#matrix(shortcut, shortcut)) : own;
  }

  // Makes a map of what a body makes of each strip of another. What the body gives is an output of the strip's graph as it is: reshaped
  // there, it would be copied on one thread.
  #collect(made: Pick<PlaceMap, 'channels' | 'side'>, name: string, map: PlaceMap, body: (strip: Strip) => StripOutput): PlaceMap {
    const { graph } = this.#net;
    const { channels, side } = made;
    const outputs = (strip: Strip): StripOutput[] => {
      const output = body(strip);
      const places = (side * side) / strip.cut.count;
      return [output, shareOfMoments(strip.graph, { value: output.value, channels, places }, side * side)];
    };
    const widest = Math.max(map.channels, channels * (side / map.side) ** 2);
    const [strips, shares] = mapStrips(graph, { name, map, channels: widest, body: outputs }) as [string, string];
    const value = graph.node('Reshape', [strips, graph.ints(side * side, channels)]);
    const sum = graph.node('ReduceSum', [shares, graph.ints(0)], { attributes: { keepdims: 0 } });
    return { value, channels, side, moments: momentsOf(graph, sum, channels) };
  }

  #matrix(name: string, biasOf: string): StripMatrix {
    const net = this.#net;
    const weight = `codec.${name}.weight`;
    const isInt8 = linearForm(this.#quantization, weight) !== 'f32';
    return {
      values: net.weight(weight),
      scales: isInt8 ? net.weight(scalesOf(weight)) : undefined,
      bias: net.weight(`codec.${biasOf}.bias`)
    };
  }
}

function swished({ graph, reach }: Strip, affine: Affine): string {
  return graph.node('QuickGelu', [applyNorm(graph, reach, affine)], { domain: MICROSOFT, attributes: { alpha: { float: 1 } } });
}

function lastStrip(strip: Strip, value: string, { matrix, bias, output }: { matrix: string; bias: string; output: number }): StripOutput {
  const { graph, cut } = strip;
  const shares = graph.node('MatMul', [value, matrix]); // [reach, 9 · output]
  const border = graph.node('Expand', [graph.scalar(0), graph.ints(1, TAPS * output)]);
  const bordered = graph.node('Concat', [shares, border], { attributes: { axis: 0 } });
  const parts = graph.node('Reshape', [bordered, graph.ints((cut.reach + 1) * TAPS, output)]);
  const offsets = graph.constant({ name: `${graph.name}taps`, dtype: 'i32', dims: [TAPS] }, Int32Array.from(WINDOW));
  const nine = graph.constant({ name: `${graph.name}nine`, dtype: 'i32', dims: [] }, Int32Array.of(TAPS));
  const indices = graph.node('Add', [graph.node('Mul', [strip.windows, nine]), offsets]);
  const gathered = graph.node('Gather', [parts, indices], { attributes: { axis: 0 } }); // [places, 9, output]
  const sums = graph.node('MatMul', [graph.node('Reshape', [gathered, graph.ints(cut.places, TAPS * output)]), tapSums(graph, output)]);
  return { value: graph.node('Add', [sums, bias]), dims: [cut.places, output] };
}

// f32 [9 · output, output]: adds what the nine taps give to each output. As a product it runs on all threads, as a reduction on one.
function tapSums(graph: Graph, output: number): string {
  const [name, dims] = ['strips.tap_sums', [TAPS * output, output]];
  const isSame = (_: unknown, i: number) => (Math.floor(i / output) % output === i % output ? 1 : 0);
  return graph.has(name) ? name : graph.constant({ name, dtype: 'f32', dims }, Float32Array.from({ length: TAPS * output ** 2 }, isSame));
}
