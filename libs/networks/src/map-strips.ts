import type { Graph } from '@janus-mesh/onnx';
import { cutIntoStrips, type Strips, stripTables, TAPS } from './codec-strips.ts';
import type { PlaceMap } from './place-map.ts';

/** A strip of a map, inside the body that runs for each of them. */
export interface Strip {
  /** The body. */
  readonly graph: Graph;
  readonly cut: Strips;
  /** f32 [reach, channels]: the strip and the rows around it. */
  readonly reach: string;
  /** i32 [places, 9]: the 3×3 window of each place as rows of `reach`; its number of rows where the window leaves the map. */
  readonly windows: string;
  /** f32 [places, channels]: the same strip of a map of the same side. */
  own(map: PlaceMap): string;
}

/** What a body makes of a strip: f32 of these dims. */
export interface StripOutput {
  readonly value: string;
  readonly dims: readonly number[];
}

/** What is done with a map strip by strip. */
export interface StripWork {
  /** Of the work; prefix of all names in its body. */
  readonly name: string;
  readonly map: PlaceMap;
  /** Channels of the widest map that is made on the way. */
  readonly channels: number;
  body(strip: Strip): readonly StripOutput[];
}

/**
 * Does the same with every strip of a map, one after another.
 *
 * @returns for each output of the body that of all strips, f32 [strips, ...dims]
 */
export function mapStrips(graph: Graph, { name, map, channels, body: build }: StripWork): string[] {
  const { side } = map;
  const cut = cutIntoStrips(side, channels);
  const tables = stripTables(graph, cut);
  const body = graph.subgraph(`${name}/`);
  const scanned = [tables.rows, tables.edges];
  const rows = body.input(`${name}/rows`, 'i32', [cut.rows + 2]);
  const edge = body.input(`${name}/edge`, 'i32', []);
  const allRows = graph.node('Reshape', [map.value, graph.ints(side, side * map.channels)]);
  const reach = body.node('Gather', [allRows, rows], { attributes: { axis: 0 } });
  const outputs = build({
    graph: body,
    cut,
    reach: body.node('Reshape', [reach, body.ints(cut.reach, map.channels)]),
    windows: body.node('Gather', [tables.neighbours, edge], { attributes: { axis: 0 } }),
    own(other) {
      const value = `${name}/own.${scanned.length}`;
      scanned.push(graph.node('Reshape', [other.value, graph.ints(cut.count, cut.places, other.channels)]));
      return body.input(value, 'f32', [cut.places, other.channels]);
    }
  });
  for (const { value, dims } of outputs) body.output(value, 'f32', dims);
  const results = outputs.map((_, i) => `${name}.strips.${i}`);
  graph.node('Scan', scanned, { outputs: results, attributes: { body, num_scan_inputs: scanned.length } });
  return results;
}

/** Picks columns of the windows, so that only these places of each are read. */
export function someWindows({ graph, windows }: Strip, taps: readonly number[]): string {
  return taps.length === TAPS ? windows : graph.node('Gather', [windows, graph.ints(...taps)], { attributes: { axis: 1 } });
}
