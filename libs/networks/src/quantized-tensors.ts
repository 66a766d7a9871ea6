import { blockOf, type LinearForm, linearForm, type Quantization } from '@janus-mesh/models';
import type { BundleTensor, TensorSource } from './network.ts';

const MATRICES: ReadonlySet<TensorSource['kind']> = new Set(['columns', 'kernel_columns', 'upsample_columns']);

/** Name of the scales that belong to a quantised matrix. */
export function scalesOf(matrix: string): string {
  return `${matrix}.scale`;
}

/** How many weights share a scale in a w4 matrix u8 [n, blocks, bytes of a block]. */
export function blockLength([, , blockBytes = 0]: readonly number[]): number {
  return 2 * blockBytes;
}

/**
 * The tensors a matrix is stored as, by its form. Anything that is no linear's matrix stays as it is.
 *
 * - w8a8: values i8 [k, n], scales f32 [n]
 * - w4: values u8 [n, k / block, block / 2], two nibbles a byte, scales f32 [n, k / block]
 *
 * @throws {RangeError} if w4 is asked for a matrix whose rows do not divide into blocks
 */
export function storedTensors(tensor: BundleTensor, quantization: Quantization): BundleTensor[] {
  if (!MATRICES.has(tensor.source.kind)) return [tensor];
  const form = linearForm(quantization, tensor.name);
  return form === 'f32' ? [tensor] : quantizedTensors(tensor, form, blockOf(quantization));
}

function quantizedTensors({ name, dims, source }: BundleTensor, form: Exclude<LinearForm, 'f32'>, block: number): BundleTensor[] {
  const [k = 0, n = 0] = dims;
  if (form === 'w4' && k % block !== 0) throw new RangeError(`${name}: ${k} rows do not divide into blocks of ${block}`);
  const values = form === 'w8a8' ? ({ dtype: 'i8', dims: [k, n] } as const) : ({ dtype: 'u8', dims: [n, k / block, block / 2] } as const);
  const scales = form === 'w8a8' ? [n] : [n, k / block];
  return [
    { name, ...values, source, quantized: { form, part: 'values' } },
    { name: scalesOf(name), dtype: 'f32', dims: scales, source, quantized: { form, part: 'scales' } }
  ];
}
