/** Side of the square that is moved at a time: its rows of both sides stay in the first cache. */
const TILE = 32;

/** Elements that are moved as they are: 32-bit ones, or bytes. */
export type Elements = Uint32Array | Uint8Array;

/** A matrix, and columns of it to write to. */
export interface ColumnTarget<E extends Elements> {
  readonly elements: E;
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
export function rowsToColumns<E extends Elements>(rows: E, length: number, { elements, width, firstColumn }: ColumnTarget<E>): void {
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
