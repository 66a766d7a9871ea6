import type { FileHandle } from 'node:fs/promises';
import { readSafetensorsHeader, SafetensorsError } from '@janus-mesh/bundle';
import { ModelError } from '@janus-mesh/models';
import type { StoredTensor } from './stored-tensor.ts';

/**
 * Reads the tensors' places in a safetensors file.
 *
 * @throws {ModelError} corrupt_checkpoint
 */
export async function readSafetensors(file: FileHandle, fileName: string): Promise<Map<string, StoredTensor>> {
  try {
    const { tensors } = await readSafetensorsHeader(file);
    return new Map(Array.from(tensors, ([name, extent]) => [name, { ...extent, file, fileName }]));
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw new ModelError('corrupt_checkpoint', `${fileName}: ${error.message}`, { cause: error });
  }
}
