import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashBytes } from '@janus-mesh/bundle';

/** Names of a part's files in its folder: the graph that says where each packed weight lies, and the weights. */
export const PART_FILES = { model: 'model.onnx', weights: 'weights.bin', stamp: 'stamp.json' } as const;

/** The weight file that packed copies were made of. */
export interface PackedSource {
  readonly path: string;
  /** As the bundle's manifest knows it. */
  readonly sha256: string | undefined;
}

/** Makes sure that a part's files are on the disk, then writes a stamp of what they are and were made of. */
export async function sealPart(folder: string, source: PackedSource): Promise<void> {
  const { model, weights, stamp } = PART_FILES;
  for (const name of [model, weights]) await flush(join(folder, name));
  const text = await stampOf(folder, source, await readFile(join(folder, model)));
  await writeFile(join(folder, stamp), text, { flush: true });
}

/**
 * Reads a part's graph. Its bytes are compared with the stamp, and the lengths of the weights: gigabytes are not hashed at each start.
 *
 * @throws {Error} if a file is missing, or they are not what the stamp says
 */
export async function readPart(folder: string, source: PackedSource): Promise<Uint8Array> {
  const stamp = await readFile(join(folder, PART_FILES.stamp), 'utf8');
  const model = await readFile(join(folder, PART_FILES.model));
  const found = await stampOf(folder, source, model);
  if (found !== stamp) throw new Error(`the files are ${found}, ${PART_FILES.stamp} says ${stamp}`);
  return model;
}

async function stampOf(folder: string, { path, sha256 }: PackedSource, model: Uint8Array): Promise<string> {
  return JSON.stringify({
    source: { bytes: (await stat(path)).size, sha256 },
    model: { bytes: model.byteLength, sha256: hashBytes(model) },
    weights: { bytes: (await stat(join(folder, PART_FILES.weights))).size }
  });
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
}
