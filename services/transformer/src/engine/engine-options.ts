import { PREFILL_CHUNK } from './chunk-grid.ts';
import { type Clock, systemClock } from './clock.ts';
import type { ModelRunner } from './model-runner.ts';
import type { StepRecord } from './step-record.ts';

/** What an engine is made with. */
export interface EngineOptions {
  readonly runner: ModelRunner;
  /** Bytes of KV cache all groups together may take. */
  readonly kvBudgetBytes: number;
  /** Requests that wait at most. @default 256 */
  readonly queueLimit?: number;
  /** Tokens of prompts a step brings beside running streams; one group's chunks may be more. @default one chunk: 48 */
  readonly prefillTokens?: number;
  /** Longest time without a picture coming while pictures are awaited. @default 10,000 */
  readonly featuresTimeoutMs?: number;
  /** Bytes of aligned pictures that are kept for later requests. @default 256 MiB */
  readonly featureCacheBytes?: number;
  /** Bytes of KV cache, out of the budget, that sequences which are over may keep for later prompts. @default 0 */
  readonly prefixCacheBytes?: number;
  /** Unread logits of a request, in bytes, that make it pause. @default 8 MiB */
  readonly unreadBytes?: number;
  /** Diagnostic: milliseconds between two steps. @default 0 */
  readonly stepDelayMs?: number;
  readonly clock?: Clock;
  /** Told of each step, once it is committed. */
  readonly onStep?: (step: StepRecord) => void;
}

/** Options with every default filled in. */
export type ResolvedEngineOptions = Required<EngineOptions>;

/** Fills in the defaults. */
export function resolveEngineOptions(options: EngineOptions): ResolvedEngineOptions {
  return {
    queueLimit: 256,
    prefillTokens: PREFILL_CHUNK,
    featuresTimeoutMs: 10_000,
    featureCacheBytes: 256 * 1024 * 1024,
    prefixCacheBytes: 0,
    unreadBytes: 8 * 1024 * 1024,
    stepDelayMs: 0,
    clock: systemClock,
    onStep: () => {},
    ...options
  };
}
