import { tmpdir, totalmem } from 'node:os';
import { ConfigError, type ConfigOf, choice, decimal, flag, integer, pictureSettings, runtimeSettings, text } from '@janus-mesh/service';
import { PREFILL_CHUNK } from './engine/chunk-grid.ts';

const MIB = 1024 * 1024;

// A quarter of what this process may have: a container's limit counts where there is one.
function defaultKvBudgetBytes(): number {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.max(64 * MIB, Math.floor(bytes / 4 / MIB) * MIB);
}

/** Settings of the transformer, beside those of every service. Features come in chunks, as pictures do. */
export const configSchema = pictureSettings
  .pick({ maxReceiveBytes: true })
  .extend(runtimeSettings.shape)
  .extend({
    slots: integer({ min: 1, max: 256, default: 16 }).describe('rows that run together at most; a guided picture takes two'),
    kvBudgetBytes: integer({ min: 1, default: defaultKvBudgetBytes() }).describe(
      'memory for KV caches; the default is a quarter of the memory there is'
    ),
    kv: choice(['auto', 'f32', 'int8'], { default: 'auto' }).describe(
      'what KV caches are made of; int8 takes a quarter of the memory and needs a quantised bundle; auto: what the bundle says'
    ),
    packedWeights: choice(['memory', 'files'], { default: 'memory' }).describe(
      'where the weights lie as the kernels read them; in files beside the bundle they are in memory once for all processes of a host'
    ),
    queueLimit: integer({ min: 0, max: 1_000_000, default: 256 }).describe('requests that may wait'),
    prefillTokens: integer({ min: 1, max: 1_000_000, default: PREFILL_CHUNK }).describe(
      'prompt tokens that one step brings beside running streams; more make prompts faster and streams jerkier'
    ),
    featureCacheBytes: integer({ min: 0, default: 256 * MIB }).describe(
      'memory for pictures that are kept for later requests; those in use count, and stay above it'
    ),
    prefixCacheShare: decimal({ min: 0, max: 1, default: 0.5 }).describe(
      'part of the KV memory that finished sequences may keep for prompts that begin as they did; it gives way to what runs; 0 keeps none'
    ),
    flightFolder: text('a folder', { default: tmpdir() }).describe('where the last steps are written on SIGUSR2 and after a crash'),
    stepDelayMs: integer({ min: 0, max: 60_000, default: 0 }).describe(
      'time between two steps, to watch a fast model; only with diagnostics'
    ),
    featuresSeconds: decimal({ min: 0.001, max: 86_400, default: 10 }).describe(
      'how long an admitted request may wait for a picture without a sign of it; orchestrators give one each second while it is encoded'
    ),
    spin: flag({ default: true }).describe(
      'whether idle threads spin for a moment between runs: faster, but takes time from busy processes on the same cores'
    )
  });

export type Config = ConfigOf<typeof configSchema.shape>;

/**
 * Checks what no setting shows alone.
 *
 * @throws {ConfigError} if there is a step delay without diagnostics
 */
export function checkConfig(config: Config): Config {
  const { stepDelayMs, diagnostics } = config;
  if (stepDelayMs > 0 && !diagnostics)
    throw new ConfigError([
      `JANUS_MESH_STEP_DELAY_MS="${stepDelayMs}": expected JANUS_MESH_DIAGNOSTICS=true beside it, since it slows everyone`
    ]);
  return config;
}
