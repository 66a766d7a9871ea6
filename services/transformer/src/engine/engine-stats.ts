import type { FeatureCacheCounts } from './feature-cache.ts';
import type { PrefixCacheCounts } from './prefix-cache.ts';

/** What an engine counts. */
export interface EngineStats {
  /** Requests of which no group was admitted yet. */
  readonly queued: number;
  /** Those of them that are text requests. */
  readonly textQueued: number;
  /** Those of them that are picture requests. */
  readonly codesQueued: number;
  /** Requests that were admitted and are not over. */
  readonly running: number;
  /** Rows of text requests that run. */
  readonly textRows: number;
  /** Rows of picture requests that run: two for a guidance pair. */
  readonly codeRows: number;
  /** Groups that run. */
  readonly groups: number;
  /** Those of them that are guidance pairs. */
  readonly pairs: number;
  /** Of groups that run. */
  readonly kvBytesUsed: number;
  readonly kvBytesBudget: number;
  /** Steps since the start. */
  readonly steps: number;
  /** Tokens run since the start, all rows. */
  readonly stepTokens: number;
  /** Prompt tokens that were not run since the start, since another sample of their request had run them; all rows. */
  readonly sharedPromptTokens: number;
  /** Requests whose caller gave up, or whose time was over, since the start. */
  readonly cancels: number;
  /** Most steps that began between such an end and the moment the request's memory was free, since the start. */
  readonly cancelToFreeSteps: number;
  /** Requests refused since the start: the queue was full, or there was not time enough. */
  readonly refused: number;
  /** KV caches kept by content. */
  readonly prefixes: PrefixCacheCounts;
  /** Pictures kept by content. */
  readonly features: FeatureCacheCounts;
}
