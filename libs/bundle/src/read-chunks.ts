import type { FileHandle } from 'node:fs/promises';

const CHUNK_BYTES = 8 * 2 ** 20;

/** Two buffers that reads alternate between; made once and used for many files. */
export type ChunkBuffers = readonly [Uint8Array, Uint8Array];

/** Allocates buffers for `readChunks`, 8 MiB each unless told otherwise. */
export function chunkBuffers(bytes = CHUNK_BYTES): ChunkBuffers {
  return [new Uint8Array(bytes), new Uint8Array(bytes)];
}

/** A part of a file. */
export interface FileRange {
  /** First byte, from the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Reads a part of a file in chunks, the next while the caller works on the last. A chunk is valid until the next is asked for.
 *
 * @throws {RangeError} if the file ends before the range does
 */
export async function* readChunks(file: FileHandle, range: FileRange, buffers: ChunkBuffers): AsyncGenerator<Uint8Array> {
  const end = range.offset + range.bytes;
  const chunkBytes = buffers[0].byteLength;
  const fill = (index: number, at: number) =>
    readExactly(file, at, (buffers[index] as Uint8Array).subarray(0, Math.min(chunkBytes, end - at)));
  let pending: Promise<Uint8Array> | undefined;
  try {
    for (let at = range.offset, index = 0; at < end; at += chunkBytes, index ^= 1) {
      const chunk = await (pending ?? fill(index, at));
      const next = at + chunkBytes;
      pending = next < end ? fill(index ^ 1, next) : undefined;
      pending?.catch(() => undefined); // it is awaited only once the caller comes back
      yield chunk;
    }
    pending = undefined;
  } finally {
    // A caller that stops early must not have its buffers written to, or its file closed, under a read.
    await pending?.catch(() => undefined);
  }
}

/**
 * Fills `out` from a position of the file.
 *
 * @throws {RangeError} if the file ends before that
 */
export async function readExactly(file: FileHandle, position: number, out: Uint8Array): Promise<Uint8Array> {
  for (let filled = 0; filled < out.byteLength; ) {
    const { bytesRead } = await file.read(out, filled, out.byteLength - filled, position + filled);
    if (bytesRead === 0) throw new RangeError(`the file ends at byte ${position + filled}, ${position + out.byteLength} are needed`);
    filled += bytesRead;
  }
  return out;
}
