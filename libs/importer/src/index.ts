export { type ImportOptions, importCheckpoint } from './import-checkpoint.ts';
export type { ImportEvent } from './import-progress.ts';
