import { invalidArgument } from '@janus-mesh/rpc';

/** The contract's bound on one chunk of an upload. */
const MAX_CHUNK_BYTES = 1024 * 1024;
const FIRST_CAPACITY = 64 * 1024;

/**
 * Puts the chunks of a picture's upload together. Its memory is bounded by the limit, however small the chunks are.
 *
 * @param maxBytes of all chunks together
 * @throws {MeshError} INVALID_ARGUMENT on `chunk`: CHUNK_TOO_LARGE; PICTURE_TOO_LARGE as soon as the limit is passed; PICTURE_EMPTY
 */
export async function receivePicture(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  let bytes = new Uint8Array(0);
  let length = 0;
  for await (const chunk of chunks) {
    if (chunk.byteLength > MAX_CHUNK_BYTES)
      throw refused('CHUNK_TOO_LARGE', `a chunk has ${chunk.byteLength} bytes; at most ${MAX_CHUNK_BYTES} are allowed`);
    const end = length + chunk.byteLength;
    if (end > maxBytes) throw refused('PICTURE_TOO_LARGE', `the picture has more than ${maxBytes} bytes, the most that are read`);
    if (end > bytes.byteLength) bytes = grown(bytes.subarray(0, length), Math.min(maxBytes, Math.max(end, 2 * length, FIRST_CAPACITY)));
    bytes.set(chunk, length);
    length = end;
  }
  if (length === 0) throw refused('PICTURE_EMPTY', 'the picture is empty: the request ended before a byte of it came');
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
