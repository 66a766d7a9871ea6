export { type CanonicalTensor, canonicalTensors } from './canonical-tensors.ts';
export type { Layout } from './layout.ts';
export type * from './model-config.ts';
export { ModelError, type ModelErrorKind } from './model-error.ts';
export { type CheckpointConfig, type CheckpointDocuments, readModelConfig } from './read-model-config.ts';
export { isIgnoredTensor, type SourceTensor, sourceTensors } from './source-tensors.ts';
