/** Side of the square that is moved at a time: its rows of both sides stay in the first cache. */
const TILE = 32;

/** A matrix of 32-bit elements, and columns of it to write to. */
export interface ColumnTarget {
  readonly elements: Uint32Array;
  /** Columns of the whole matrix. */
  readonly width: number;
  /** The first column to write. */
  readonly firstColumn: number;
}

/**
 * Writes the rows of one matrix as columns of another, bit for bit.
 *
 * @param rows [n, length], n whole rows
 * @param target [length, width]; columns firstColumn to firstColumn + n are written
 */
export function rowsToColumns(rows: Uint32Array, length: number, { elements, width, firstColumn }: ColumnTarget): void {
  const count = rows.length / length;
  for (let i0 = 0; i0 < count; i0 += TILE) {
    const iEnd = Math.min(i0 + TILE, count);
    for (let j0 = 0; j0 < length; j0 += TILE) {
      const jEnd = Math.min(j0 + TILE, length);
      for (let j = j0; j < jEnd; j++) {
        const to = j * width + firstColumn;
        for (let i = i0, from = i0 * length + j; i < iEnd; i++, from += length) elements[to + i] = rows[from] as number;
      }
    }
  }
}
