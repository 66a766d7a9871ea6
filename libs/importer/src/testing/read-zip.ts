import { open } from 'node:fs/promises';
import { readExactly } from '@janus-mesh/bundle';
import { locateEntry, readZipDirectory } from '../torch/zip-directory.ts';

/** Reads all entries of a small zip, in its order. */
export async function readZip(path: string): Promise<[string, Uint8Array][]> {
  const file = await open(path);
  try {
    const entries: [string, Uint8Array][] = [];
    for (const entry of (await readZipDirectory(file)).values()) {
      const { offset, bytes } = await locateEntry(file, entry);
      entries.push([entry.name, await readExactly(file, offset, new Uint8Array(bytes))]);
    }
    return entries;
  } finally {
    await file.close();
  }
}
