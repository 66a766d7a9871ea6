export type * from './model-config.ts';
export { ModelError, type ModelErrorKind } from './model-error.ts';
