import { invalidArgument } from '@janus-mesh/rpc';

/** The contract's bound on one chunk of an upload. */
const MAX_CHUNK_BYTES = 1024 * 1024;
const FIRST_CAPACITY = 64 * 1024;

export interface UploadLimits {
  /** Bytes of all chunks together. */
  readonly maxBytes: number;
  /** What is uploaded, for messages: `picture`. */
  readonly what: string;
}

/**
 * Puts an upload's chunks together. Its memory is bounded by the limit, however small the chunks are.
 *
 * @throws {MeshError} INVALID_ARGUMENT on `chunk`: CHUNK_TOO_LARGE, UPLOAD_TOO_LARGE as soon as the limit is passed, UPLOAD_EMPTY
 */
export async function collectChunks(chunks: AsyncIterable<Uint8Array>, { maxBytes, what }: UploadLimits): Promise<Uint8Array> {
  let bytes = new Uint8Array(0);
  let length = 0;
  for await (const chunk of chunks) {
    if (chunk.byteLength > MAX_CHUNK_BYTES)
      throw refused('CHUNK_TOO_LARGE', `a chunk has ${chunk.byteLength} bytes, the limit is ${MAX_CHUNK_BYTES}`);
    const end = length + chunk.byteLength;
    if (end > maxBytes) throw refused('UPLOAD_TOO_LARGE', `the ${what} has more than ${maxBytes} bytes, the limit`);
    if (end > bytes.byteLength) bytes = grown(bytes.subarray(0, length), Math.min(maxBytes, Math.max(end, 2 * length, FIRST_CAPACITY)));
    bytes.set(chunk, length);
    length = end;
  }
  if (length === 0) throw refused('UPLOAD_EMPTY', `the ${what} is empty: the request ended before a byte of it came`);
  return bytes.subarray(0, length);
}

function grown(bytes: Uint8Array, capacity: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(capacity);
  larger.set(bytes);
  return larger;
}

function refused(reason: string, description: string) {
  return invalidArgument([{ field: 'chunk', description }], reason);
}
