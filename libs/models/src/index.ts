export type * from './model-config.ts';
