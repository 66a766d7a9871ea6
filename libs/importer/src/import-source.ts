import type { Manifest } from '@janus-mesh/bundle';
import type { CanonicalTensor, ModelConfig, Quantization } from '@janus-mesh/models';
import type { BytesListener, TensorReader } from './tensor-reader.ts';

/** What a bundle is made from: a checkpoint, or random numbers in the place of one. */
export interface ImportSource {
  readonly model: ModelConfig;
  /** tokenizer.json as the bundle holds it. */
  readonly tokenizerJson: Uint8Array;
  readonly origin: Manifest['source'];
  /** Canonical tensors, all of them. */
  readonly tensors: readonly CanonicalTensor[];
  /** Float type the text embedding table is stored in. */
  readonly embedding: Quantization['embedding'];
  /** Picture files: the palette is learned and the vision encoder measured on them. */
  readonly samples: readonly string[];
  /** Whether codes have typical colours that can be learned. */
  readonly hasPalette: boolean;
  openReader(onBytes: BytesListener): TensorReader;
}
