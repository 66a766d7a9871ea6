/** The bits of a f32 without its sign: as whole numbers they have the order of the magnitudes. */
const MAGNITUDE = 0x7fffffff;

const asBits = new Int32Array(1);
const asFloat = new Float32Array(asBits.buffer);

/**
 * The scale of a row of int8: its largest magnitude / 127, as f32.
 *
 * @param at where its `length` values, all finite, begin in `rows`
 */
export function rowScale8(rows: Float32Array, at: number, length: number): number {
  const bits = new Int32Array(rows.buffer, rows.byteOffset + at * 4, length);
  asBits[0] = largestBits(bits, 0, length);
  return Math.fround((asFloat[0] as number) / 127);
}

/**
 * Quantises rows to int8, each with a scale of its own: value ≈ int8 · scale, scale = largest magnitude / 127. A row of zeros has scale 0.
 *
 * @param rows f32 [n, length], all finite
 * @param out values i8 [n, length] and scales f32 [n], written
 */
export function quantizeRows8(rows: Float32Array, length: number, out: { values: Int8Array; scales: Float32Array }): void {
  const { values, scales } = out;
  for (let row = 0, at = 0; at < rows.length; row++, at += length) {
    const end = at + length;
    const scale = rowScale8(rows, at, length);
    scales[row] = scale;
    const inverse = scale === 0 ? 0 : 1 / scale;
    // Cutting off a positive number's fraction rounds it down: several times faster than Math.round, to the same integers.
    for (let i = at; i < end; i++) values[i] = (((rows[i] as number) * inverse + 128.5) | 0) - 128;
  }
}

/**
 * Quantises rows to 4 bits in blocks with a scale each: value ≈ (nibble − 8) · scale. The value of largest magnitude in a block gets nibble 0, so
 * that all 16 levels are used. Two nibbles a byte, the lower one first, as ONNX Runtime's MatMulNBits reads them.
 *
 * @param rows f32 [n, k], all finite
 * @param length of a block, even, of which k is a multiple
 * @param out packed u8 [n, k / length, length / 2] and scales f32 [n, k / length], written
 */
export function quantizeBlocks4(rows: Float32Array, length: number, out: { packed: Uint8Array; scales: Float32Array }): void {
  const { packed, scales } = out;
  const bits = new Int32Array(rows.buffer, rows.byteOffset, rows.length);
  for (let block = 0, at = 0; at < rows.length; block++, at += length) {
    const end = at + length;
    const largest = largestBits(bits, at, end);
    let extreme = at;
    while (((bits[extreme] as number) & MAGNITUDE) !== largest) extreme++;
    const scale = Math.fround((rows[extreme] as number) / -8);
    scales[block] = scale;
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let i = at; i < end; i += 2) {
      const low = ((rows[i] as number) * inverse + 8.5) | 0;
      const high = ((rows[i + 1] as number) * inverse + 8.5) | 0;
      packed[i >> 1] = (low - (low >> 4)) | ((high - (high >> 4)) << 4); // only the opposite of the extreme gives 16: it becomes 15
    }
  }
}

/** Puts int8 rows back: value · scale of its row. The inverse of `quantizeRows8`, but for what rounding lost. */
export function restoreRows8({ values, scales }: { values: Int8Array; scales: Float32Array }, length: number, rows: Float32Array): void {
  for (let row = 0, at = 0; at < values.length; row++, at += length) {
    const scale = scales[row] as number;
    for (let i = at; i < at + length; i++) rows[i] = (values[i] as number) * scale;
  }
}

/** What `quantizeRows8` and `restoreRows8` make of rows, at once. @param out f32, as many as `rows`, written */
export function roundRows8(rows: Float32Array, length: number, out: Float32Array): void {
  for (let at = 0; at < rows.length; at += length) {
    const scale = rowScale8(rows, at, length);
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let i = at; i < at + length; i++) out[i] = ((((rows[i] as number) * inverse + 128.5) | 0) - 128) * scale;
  }
}

/** Puts 4-bit blocks back: (nibble − 8) · scale of its block. The inverse of `quantizeBlocks4`, but for what rounding lost. */
export function restoreBlocks4({ packed, scales }: { packed: Uint8Array; scales: Float32Array }, length: number, rows: Float32Array): void {
  for (let i = 0; i < rows.length; i += 2) {
    const scale = scales[Math.floor(i / length)] as number;
    const pair = packed[i >> 1] as number;
    rows[i] = ((pair & 15) - 8) * scale;
    rows[i + 1] = ((pair >> 4) - 8) * scale;
  }
}

// Without a branch, which would be guessed wrong several times in each block; two maxima, so that they do not wait for each other.
function largestBits(bits: Int32Array, at: number, end: number): number {
  let [even, odd] = [0, 0];
  let i = at;
  for (; i + 2 <= end; i += 2) {
    const below = (even - ((bits[i] as number) & MAGNITUDE)) | 0;
    const belowToo = (odd - ((bits[i + 1] as number) & MAGNITUDE)) | 0;
    even = (even - (below & (below >> 31))) | 0;
    odd = (odd - (belowToo & (belowToo >> 31))) | 0;
  }
  return Math.max(even, odd, i < end ? (bits[i] as number) & MAGNITUDE : 0);
}
