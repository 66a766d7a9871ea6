export { type BundleContents, type CreateOptions, createBundle, refuseExisting } from './create-bundle.ts';
export { type HashOptions, hashBytes } from './hash-file.ts';
export type { Description, Manifest } from './manifest.ts';
export { type Bundle, openBundle } from './open-bundle.ts';
export { type ChunkBuffers, chunkBuffers, type FileRange, readChunks, readExactly } from './read-chunks.ts';
export { readSafetensorsHeader, SafetensorsError, type SafetensorsHeader, type TensorExtent } from './safetensors-header.ts';
export { verifyBundle } from './verify-bundle.ts';
export type { TensorDeclaration, WeightsFile } from './weights-file.ts';
