import { ElementType, type FeaturesChunk, type Tensor } from '@janus-mesh/contracts';
import { type FieldViolation, invalidArgument } from '@janus-mesh/rpc';
import { hexOf } from './hex-of.ts';

const MAX_CHUNK_BYTES = 1024 * 1024;
const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** A picture's features, complete. */
export interface UploadedFeatures {
  readonly hash: string;
  /** f32 [rows, width] */
  readonly values: Float32Array;
  readonly rows: number;
}

/** Puts the chunks of a request's pictures together. Memory is taken when a picture's first chunk comes. */
export class FeatureUploads {
  readonly #needed: ReadonlyMap<string, number>;
  readonly #width: number;
  readonly #started = new Map<string, { readonly bytes: Uint8Array; readonly values: Float32Array; rowsDone: number }>();

  /** @param needed rows of each picture, by hash; @param width columns of a row */
  constructor(needed: ReadonlyMap<string, number>, width: number) {
    this.#needed = needed;
    this.#width = width;
  }

  /**
   * Takes a chunk. One without rows only says that the picture is still being made.
   *
   * @returns the picture, with its last chunk
   * @throws {MeshError} INVALID_ARGUMENT if the chunk is not the next one of a picture that is needed
   */
  add({ hash: hashBytes, firstRow, rows: tensor }: FeaturesChunk): UploadedFeatures | undefined {
    const hash = hexOf(hashBytes);
    const total = this.#needed.get(hash);
    if (total === undefined) throw refused('hash', `features ${hash} are not named in the prompt`);
    if (!tensor) return undefined;
    const rows = this.#checkTensor(tensor);
    const upload = this.#start(hash, total);
    if (firstRow !== upload.rowsDone) throw refused('first_row', `${firstRow}, the next row of ${hash} is ${upload.rowsDone}`);
    if (firstRow + rows > total) throw refused('rows.dims', `rows up to ${firstRow + rows}, the picture has ${total}`);
    upload.bytes.set(tensor.data, firstRow * this.#width * FLOAT_BYTES);
    upload.rowsDone += rows;
    return upload.rowsDone === total ? { hash, values: upload.values, rows: total } : undefined;
  }

  #start(hash: string, rows: number) {
    const known = this.#started.get(hash);
    if (known) return known;
    const values = new Float32Array(rows * this.#width);
    const upload = { values, bytes: new Uint8Array(values.buffer), rowsDone: 0 };
    this.#started.set(hash, upload);
    return upload;
  }

  // Returns its rows.
  #checkTensor({ type, dims, data }: Tensor): number {
    if (type !== ElementType.ELEMENT_TYPE_F32) throw refused('rows.type', `${type}, it must be ELEMENT_TYPE_F32`);
    const [rows = 0, width] = dims;
    if (dims.length !== 2 || rows < 1 || width !== this.#width)
      throw refused('rows.dims', `[${dims.join(', ')}], it must be [n, ${this.#width}]`);
    if (data.byteLength > MAX_CHUNK_BYTES)
      throw refused('rows.data', `${data.byteLength} bytes, at most ${MAX_CHUNK_BYTES} go into a message`);
    const expected = rows * width * FLOAT_BYTES;
    if (data.byteLength !== expected) throw refused('rows.data', `${data.byteLength} bytes, ${rows} rows of ${width} f32 have ${expected}`);
    return rows;
  }
}

function refused(field: string, description: string) {
  const violation: FieldViolation = { field: `features.${field}`, description };
  return invalidArgument([violation]);
}
