import type { DType } from './dtype.ts';

const scratch = new DataView(new ArrayBuffer(4));

/** The f32 value of one IEEE 754 half (binary16), subnormals, infinities and NaN included. */
export function f16ToF32(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The f32 value of one bfloat16: its bits are the upper half of a f32. */
export function bf16ToF32(bits: number): number {
  scratch.setUint32(0, (bits << 16) >>> 0);
  return scratch.getFloat32(0);
}

let halfTable: Float32Array | undefined;

function f16Table(): Float32Array {
  halfTable ??= Float32Array.from({ length: 65_536 }, (_, bits) => f16ToF32(bits));
  return halfTable;
}

/**
 * Widens stored floats to f32, exactly.
 *
 * @param bytes little-endian elements, any alignment
 * @param out f32, as many elements as `bytes` holds; filled from its start
 * @throws {RangeError} if the lengths disagree
 */
export function widenToF32(dtype: Extract<DType, 'f32' | 'f16' | 'bf16'>, bytes: Uint8Array, out: Float32Array): void {
  const width = dtype === 'f32' ? 4 : 2;
  if (bytes.byteLength !== out.length * width) throw new RangeError(`${bytes.byteLength} bytes of ${dtype} for ${out.length} elements`);
  if (dtype === 'f32') {
    new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes);
    return;
  }
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes); // a Buffer's slice() would be a view
  const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, out.length);
  if (dtype === 'bf16') {
    const words = new Uint32Array(out.buffer, out.byteOffset, out.length);
    for (let i = 0; i < halves.length; i++) words[i] = (halves[i] as number) << 16;
    return;
  }
  const table = f16Table();
  for (let i = 0; i < halves.length; i++) out[i] = table[halves[i] as number] as number;
}

/**
 * Rounds to the nearest halves, ties to even; beyond the largest they become infinite.
 *
 * @returns the bits of each
 */
export function narrowToF16(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, f16Bits);
}

function f16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65_520) return sign | 0x7c00;
  // The spacing of halves around the value: 2^-24 below 2^-14.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = roundToEven(size / 2 ** (exponent - 10));
  return sign | (exponent === -14 ? steps : ((exponent + 14) << 10) + steps);
}

function roundToEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}
