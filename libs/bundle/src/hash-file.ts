import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { chunkBuffers, readChunks } from './read-chunks.ts';

/** What can be told while a file is hashed. */
export interface HashOptions {
  /** Called with the bytes hashed so far and those in all. */
  readonly onProgress?: ((event: { done: number; total: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The sha256 of a file, in hexadecimal digits. */
export async function hashFile(path: string, { onProgress, signal }: HashOptions = {}): Promise<string> {
  const { size: total } = await stat(path);
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    let done = 0;
    for await (const chunk of readChunks(file, { offset: 0, bytes: total }, chunkBuffers())) {
      signal?.throwIfAborted();
      hash.update(chunk);
      done += chunk.byteLength;
      onProgress?.({ done, total });
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** The sha256 of bytes, in hexadecimal digits. */
export function hashBytes(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
