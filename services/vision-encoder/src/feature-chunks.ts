import type { EncodeResponse } from '@janus-mesh/contracts';
import { f32Tensor } from '@janus-mesh/service';

/** The contract's bound on the data of one message. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * Cuts the features of a picture into messages of whole rows. Their data are views of `features`.
 *
 * @param features f32 [rows, width]
 */
export function* featureChunks(features: Float32Array, rows: number, chunkBytes = CHUNK_BYTES): Generator<EncodeResponse> {
  const width = features.length / rows;
  const step = Math.max(1, Math.floor(chunkBytes / (width * features.BYTES_PER_ELEMENT)));
  for (let row = 0; row < rows; row += step) {
    const count = Math.min(step, rows - row);
    const data = features.subarray(row * width, (row + count) * width);
    yield { firstRow: row, rows: f32Tensor([count, width], data), totalRows: rows };
  }
}
