import { hashBytes } from '@janus-mesh/bundle';
import type { Checkpoint } from '../checkpoint/open-checkpoint.ts';
import { revisionOf } from '../revision.ts';
import type { TensorReader } from '../tensor-reader.ts';

/** The revision a checkpoint's bundles have. Tensors whose sums the reader has not are read whole. */
export async function checkpointRevision({ config, located, tokenizerJson }: Checkpoint, reader: TensorReader): Promise<string> {
  const tensors = [...located.tensors.values()];
  const sums = new Map<string, string>();
  for (const { name } of tensors) sums.set(name, await reader.sum(name));
  return revisionOf({ tensors, sums, tokenizerSha256: hashBytes(tokenizerJson), config: config.model });
}
