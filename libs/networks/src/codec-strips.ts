import type { Graph } from '@janus-mesh/onnx';

// What the passes over a strip read should still lie in the caches of a core or two, and not in memory: 1.5 MB of f32. Lower strips cost
// more for the rows around them, which two strips make; higher ones cost quality, as a strip's bytes have one scale.
const STRIP_ELEMENTS = 3 * 2 ** 17;
const STRIP_ROWS = 8;

/** Places of a 3×3 window, row after row. */
export const TAPS = 9;

/** A map cut into strips of whole rows, so that what is made on the way from one map to the next is small. */
export interface Strips {
  /** Side of the map. */
  readonly side: number;
  /** Rows of a strip; strips × rows = side. */
  readonly rows: number;
  readonly count: number;
  /** Places in a strip: rows · side. */
  readonly places: number;
  /** Places in a strip and in the rows above and below it: (rows + 2) · side. */
  readonly reach: number;
}

/** The largest strips that fit the caches. @param channels of the widest map that is made on the way */
export function cutIntoStrips(side: number, channels: number): Strips {
  let rows = Math.min(side, STRIP_ROWS);
  while (rows > 1 && (side % rows !== 0 || rows * side * channels > STRIP_ELEMENTS)) rows--;
  return { side, rows, count: side / rows, places: rows * side, reach: (rows + 2) * side };
}

/** Constants of a graph that say where a strip's places lie; each is made once. */
export interface StripTables {
  /** i32 [count, rows + 2]: rows of the map a strip reads. Those beyond the map's edge repeat it, and are never looked at. */
  readonly rows: string;
  /** i32 [count]: which table of `neighbours` a strip uses. */
  readonly edges: string;
  /** i32 [4, places, 9]: the window of each place, as places in the strip's reach; `reach` where it is beyond the map's edge. */
  readonly neighbours: string;
}

/** Declares the tables of a cut. */
export function stripTables(graph: Graph, strips: Strips): StripTables {
  const { side, rows, count, places } = strips;
  const table = (name: string, dims: readonly number[], make: () => Int32Array) => {
    const full = `strips.${side}.${rows}.${name}`;
    return graph.has(full) ? full : graph.constant({ name: full, dtype: 'i32', dims }, make());
  };
  return {
    rows: table('rows', [count, rows + 2], () => rowsRead(strips)),
    edges: table('edges', [count], () => Int32Array.from({ length: count }, (_, i) => (i === 0 ? 1 : 0) + (i === count - 1 ? 2 : 0))),
    neighbours: table('neighbours', [4, places, TAPS], () => neighbours(strips))
  };
}

function rowsRead({ side, rows, count }: Strips): Int32Array {
  const read = Int32Array.from({ length: count * (rows + 2) }, (_, i) => Math.floor(i / (rows + 2)) * rows + (i % (rows + 2)) - 1);
  return read.map((row) => Math.max(0, Math.min(side - 1, row)));
}

// Table 0 is for strips in the middle, 1 for the first, 2 for the last, 3 for one that is both.
function neighbours({ side, rows, places, reach }: Strips): Int32Array {
  const all = new Int32Array(4 * places * TAPS);
  for (let i = 0; i < all.length; i++) {
    const table = Math.floor(i / (places * TAPS));
    const place = Math.floor(i / TAPS) % places;
    const row = Math.floor(place / side) + Math.floor((i % TAPS) / 3); // the strip's own first row is row 1 of its reach
    const column = (place % side) + (i % 3) - 1;
    const isOutside = column < 0 || column >= side || (row === 0 && table % 2 === 1) || (row === rows + 1 && table >= 2);
    all[i] = isOutside ? reach : row * side + column;
  }
  return all;
}
