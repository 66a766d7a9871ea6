/** Sides of the tile that is moved at a time: what is written of it stays in the second cache until each of its lines is full. */
export const TILE = { rows: 64, length: 256 };

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
  for (let i0 = 0; i0 < count; i0 += TILE.rows) {
    const iEnd = Math.min(i0 + TILE.rows, count);
    for (let j0 = 0; j0 < length; j0 += TILE.length) {
      const jEnd = Math.min(j0 + TILE.length, length);
      let i = i0;
      // Four at a time: the lines they come from are read to their ends, the one they go to is met once.
      for (; i + 4 <= iEnd; i += 4) {
        let from = i * length + j0;
        let to = j0 * width + firstColumn + i;
        for (let j = j0; j < jEnd; j++, from++, to += width) {
          elements[to] = rows[from] as number;
          elements[to + 1] = rows[from + length] as number;
          elements[to + 2] = rows[from + 2 * length] as number;
          elements[to + 3] = rows[from + 3 * length] as number;
        }
      }
      for (; i < iEnd; i++) for (let j = j0; j < jEnd; j++) elements[j * width + firstColumn + i] = rows[i * length + j] as number;
    }
  }
}
