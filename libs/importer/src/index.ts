export { type ImportOptions, importCheckpoint } from './import-checkpoint.ts';
export type { ImportEvent } from './import-progress.ts';
export { importSynthetic, type SyntheticOptions } from './synthetic/import-synthetic.ts';
export { PUBLISHED_MODELS, type PublishedName } from './synthetic/published-models.ts';
export { alignedFeatures } from './verification/aligned-features.ts';
export { compareRecordings, type VerificationFigure } from './verification/compare-recordings.ts';
export { layerwiseReference } from './verification/layerwise-reference.ts';
export { type Continuations, GUIDANCE, type Recording } from './verification/recording.ts';
export { type VerificationPlan, verificationPlan } from './verification/verification-plan.ts';
