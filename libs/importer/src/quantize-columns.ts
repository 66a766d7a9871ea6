import { quantizeRows8, rowScale8 } from '@janus-mesh/tensor';
import { type ColumnTarget, rowsToColumns, TILE } from './transpose.ts';

/**
 * Quantises rows to int8 as `quantizeRows8` does, and writes them as columns of a matrix. In one pass, four rows a word, where the columns
 * to write fill whole words.
 *
 * @param rows f32 [n, length], all finite
 * @param target i8 [length, width]; columns firstColumn to firstColumn + n are written
 * @param scales f32 [n], written
 */
export function quantizeToColumns(rows: Float32Array, length: number, target: ColumnTarget<Uint8Array>, scales: Float32Array): void {
  const { elements, width, firstColumn } = target;
  const count = rows.length / length;
  if ((width | firstColumn | count | elements.byteOffset) % 4 !== 0) {
    const values = new Int8Array(rows.length);
    quantizeRows8(rows, length, { values, scales });
    rowsToColumns(new Uint8Array(values.buffer), length, target);
    return;
  }
  const words = {
    words: new Uint32Array(elements.buffer, elements.byteOffset, elements.length / 4),
    width: width / 4,
    first: firstColumn / 4
  };
  const inverses = new Float64Array(count);
  for (let row = 0; row < count; row += TILE.rows) {
    const rowEnd = Math.min(row + TILE.rows, count);
    for (let i = row; i < rowEnd; i++) {
      const scale = rowScale8(rows, i * length, length);
      scales[i] = scale;
      inverses[i] = scale === 0 ? 0 : 1 / scale;
    }
    for (let at = 0; at < length; at += TILE.length)
      writeTile({ rows, length, inverses }, { row, rowEnd, at, atEnd: Math.min(at + TILE.length, length) }, words);
  }
}

interface Scaled {
  readonly rows: Float32Array;
  readonly length: number;
  readonly inverses: Float64Array;
}

interface Tile {
  readonly row: number;
  readonly rowEnd: number;
  readonly at: number;
  readonly atEnd: number;
}

interface Words {
  readonly words: Uint32Array;
  readonly width: number;
  readonly first: number;
}

// Each value is rounded as by quantizeRows8: cut off above zero, then moved back below it, here for four at once.
function writeTile({ rows, length, inverses }: Scaled, { row, rowEnd, at, atEnd }: Tile, { words, width, first }: Words): void {
  for (let i = row; i < rowEnd; i += 4) {
    const [a, b, c, d] = [inverses[i] as number, inverses[i + 1] as number, inverses[i + 2] as number, inverses[i + 3] as number];
    let from = i * length + at;
    let to = at * width + first + (i >> 2);
    for (let j = at; j < atEnd; j++, from++, to += width) {
      const p = ((rows[from] as number) * a + 128.5) | 0;
      const q = ((rows[from + length] as number) * b + 128.5) | 0;
      const r = ((rows[from + 2 * length] as number) * c + 128.5) | 0;
      const s = ((rows[from + 3 * length] as number) * d + 128.5) | 0;
      words[to] = (p | (q << 8) | (r << 16) | (s << 24)) ^ 0x80808080;
    }
  }
}
