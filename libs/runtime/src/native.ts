import type { OrtApi } from './api-table.ts';

/** The library and the process-wide objects that everything made with it needs. */
export interface Native {
  readonly api: OrtApi;
  /** OrtEnv: one a process, never freed. */
  readonly environment: bigint;
  /** OrtMemoryInfo of the main memory. */
  readonly mainMemory: bigint;
}
