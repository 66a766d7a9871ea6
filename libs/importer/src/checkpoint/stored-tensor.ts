import type { FileHandle } from 'node:fs/promises';
import type { TensorExtent } from '@janus-mesh/bundle';

/** A tensor as a checkpoint stores it. */
export interface StoredTensor extends TensorExtent {
  /** Name of its file, for messages. */
  readonly fileName: string;
  readonly file: FileHandle;
}

/** The tensors of a checkpoint's weight files, which stay open until it is closed. */
export interface StoredTensors {
  readonly kind: 'safetensors' | 'torch';
  /** The file, or the index of its shards. */
  readonly fileName: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  close(): Promise<void>;
}

/** Reads one weight file's tensors by name. */
export type WeightFileReader = (file: FileHandle, fileName: string) => Promise<Map<string, StoredTensor>>;
