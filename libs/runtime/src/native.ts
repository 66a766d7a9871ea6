import type { OrtApi } from './api-table.ts';
import type { Provider } from './provider.ts';

/** The library and the process-wide objects that everything made with it needs. */
export interface Native {
  readonly api: OrtApi;
  /** OrtEnv: one a process, never freed. */
  readonly environment: bigint;
  /** OrtMemoryInfo of the main memory. */
  readonly mainMemory: bigint;
  /** Path that begins the names of the files in which sessions write how long each node took; empty: they do not. */
  readonly profileTo: string;
  /** What sessions run on. */
  readonly provider: Provider;
}
