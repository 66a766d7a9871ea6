import { type BundleTensor, kernelRow } from '@janus-mesh/networks';
import type { TensorReader } from './tensor-reader.ts';

/** Rows and columns of a matrix in the bundle. */
export type MatrixSize = readonly [k: number, n: number];

type KernelSource = Parameters<typeof kernelRow>[0];

/**
 * What a matrix of the bundle has as columns, read from the checkpoint a chunk of whole ones at a time. A chunk is valid until the one
 * after the next is asked for.
 *
 * @yields f32 [some, k]
 * @throws {RangeError} if the sources' rows are not of length k, or not as many as the matrix has columns
 */
export async function* matrixRows(reader: TensorReader, { name, source }: BundleTensor, [k, n]: MatrixSize): AsyncGenerator<Float32Array> {
  if (!isMatrix(source)) throw new RangeError(`tensor ${name} is no matrix of columns`);
  const sources = source.kind === 'columns' ? source.from : [source.from];
  let columns = 0;
  for (const from of sources) {
    for await (const chunk of reader.chunks(from)) {
      const rows = source.kind === 'columns' ? chunk : kernelRows(source, chunk, reader.dims(from));
      columns += reader.rowLength(from) === 0 ? 0 : chunk.length / reader.rowLength(from);
      if (columns > n || rows.length * reader.rowLength(from) !== chunk.length * k)
        throw new RangeError(`tensor ${name} [${k}, ${n}] can't have the rows of ${from} as columns`);
      yield rows;
    }
  }
  if (columns !== n) throw new RangeError(`tensor ${name} [${k}, ${n}] has ${columns} columns in the checkpoint`);
}

/** Whether a tensor is the right side of a matrix product. */
export function isMatrix(source: BundleTensor['source']): source is Extract<BundleTensor['source'], { kind: `${string}columns` }> {
  return source.kind === 'columns' || source.kind === 'kernel_columns' || source.kind === 'upsample_columns';
}

// Kernels [some, in, height, width], whole output channels.
function kernelRows(source: KernelSource, kernels: Float32Array, [, input = 1, ...window]: readonly number[]): Float32Array {
  const length = window.reduce((area, side) => area * side, input);
  const rows = Array.from({ length: kernels.length / length }, (_, i) =>
    kernelRow(source, kernels.subarray(i * length, (i + 1) * length), input)
  );
  const width = rows[0]?.length ?? 0;
  const out = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) out.set(row, i * width);
  return out;
}
