import type { TensorSource } from './network.ts';

/** A convolution's kernel as a matrix. */
export type KernelSource = Extract<TensorSource, { kind: 'kernel_columns' | 'upsample_columns' }>;

/**
 * What one output channel of a kernel is in the matrix that stands for it: its column there, before any quantising.
 *
 * @param row f32 [in, height, width], the channel's part of the checkpoint's kernel
 * @param input channels the kernel reads
 * @returns f32 [height · width · in] for `kernel_columns`, [4 · in] for `upsample_columns`
 */
export function kernelRow(source: KernelSource, row: Float32Array, input: number): Float32Array {
  const taps = row.length / input;
  if (source.kind === 'kernel_columns') return row.map((_, i) => row[(i % input) * taps + Math.floor(i / input)] as number);
  const phase = { row: source.phase >> 1, column: source.phase & 1 };
  const merged = new Float32Array(4 * input);
  for (let tap = 0; tap < taps; tap++) {
    const place = 2 * merge(Math.floor(tap / 3), phase.row) + merge(tap % 3, phase.column);
    for (let i = 0; i < input; i++) {
      const at = place * input + i;
      merged[at] = (merged[at] as number) + (row[i * taps + tap] as number);
    }
  }
  return merged;
}

// Of three places in a row of a doubled map, two show the same place of the small one: an even place's last two, an odd place's first two.
function merge(tap: number, phase: number): number {
  return Math.floor((tap + 1 - phase) / 2);
}
