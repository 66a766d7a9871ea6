import { type CheckpointConfig, readModelConfig, sourceTensors } from '@janus-mesh/models';
import { checkTokenizer } from './check-tokenizer.ts';
import { type Located, locateTensors } from './locate-tensors.ts';
import { openWeights, type WeightsKind } from './open-weights.ts';
import { readDocuments } from './read-documents.ts';
import { tokenizerFile } from './tokenizer-file.ts';

/** A checkpoint whose every file was found and checked, but whose tensors were not read yet. */
export interface Checkpoint {
  readonly kind: WeightsKind;
  readonly config: CheckpointConfig;
  readonly located: Located;
  /** tokenizer.json as a bundle holds it. */
  readonly tokenizerJson: Uint8Array;
  close(): Promise<void>;
}

/**
 * Opens a checkpoint folder and checks configuration, tokenizer, weight files, and the name, shape and float type of each tensor.
 *
 * @param kind only weights of this kind
 * @throws {ModelError} of every kind a checkpoint can be refused with
 */
export async function openCheckpoint(folder: string, kind?: WeightsKind): Promise<Checkpoint> {
  const documents = await readDocuments(folder);
  const config = readModelConfig(documents);
  checkTokenizer(documents.tokenizer);
  const stored = await openWeights(folder, kind);
  try {
    const located = locateTensors(stored, sourceTensors(config.layout, config.model), config.tiesHead);
    const tokenizerJson = tokenizerFile(documents.tokenizerBytes, documents.tokenizer, config.addedToken);
    return { kind: stored.kind, config, located, tokenizerJson, close: () => stored.close() };
  } catch (error) {
    await stored.close();
    throw error;
  }
}
