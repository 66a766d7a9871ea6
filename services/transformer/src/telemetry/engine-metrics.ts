import { type Metrics, names } from '@janus-mesh/telemetry';
import type { EngineStats } from '../engine/engine-stats.ts';
import { countTokens } from '../engine/step-plan.ts';
import type { StepRecord } from '../engine/step-record.ts';

const TEXT = { [names.kind]: 'text' };
const IMAGE = { [names.kind]: 'image' };

/** Puts each step of an engine into the metrics. @returns to be told of every step */
export function stepMetrics(metrics: Metrics): (step: StepRecord) => void {
  const duration = metrics.series('janus.step.duration');
  const tokens = metrics.series('janus.step.tokens');
  metrics.add('janus.step.failures', 0);
  return ({ plan, outcome, runMs, commitMs }) => {
    if (!metrics.isOn) return;
    duration((runMs + commitMs) / 1000);
    tokens(plan.groups.reduce((sum, planned) => sum + countTokens(planned), 0));
    if (outcome.kind === 'failed') metrics.add('janus.step.failures', 1);
  };
}

/** Has an engine's state read when somebody asks for the metrics. */
export function observeEngine(metrics: Metrics, engine: { stats(): EngineStats }, slots: number): void {
  metrics.observe(
    ['janus.queue.depth', 'janus.requests.running', 'janus.rows.running', 'janus.rows.limit', 'janus.guidance.pairs'],
    (tell) => {
      const { textQueued, codesQueued, running, textRows, codeRows, pairs } = engine.stats();
      tell('janus.queue.depth', textQueued, TEXT);
      tell('janus.queue.depth', codesQueued, IMAGE);
      tell('janus.requests.running', running);
      tell('janus.rows.running', textRows, TEXT);
      tell('janus.rows.running', codeRows, IMAGE);
      tell('janus.rows.limit', slots);
      tell('janus.guidance.pairs', pairs);
    }
  );
  metrics.observe(['janus.kv.used', 'janus.kv.budget', 'janus.prefix_cache.used'], (tell) => {
    const { kvBytesUsed, kvBytesBudget, prefixes } = engine.stats();
    tell('janus.kv.used', kvBytesUsed);
    tell('janus.kv.budget', kvBytesBudget);
    tell('janus.prefix_cache.used', prefixes.bytesUsed);
  });
  observeCaches(metrics, engine);
}

function observeCaches(metrics: Metrics, engine: { stats(): EngineStats }): void {
  metrics.observe(['janus.prefix_cache.queries', 'janus.prefix_cache.hits', 'janus.prefix_cache.reused_tokens'], (tell) => {
    const { hits, misses, reusedTokens } = engine.stats().prefixes;
    tell('janus.prefix_cache.queries', hits + misses);
    tell('janus.prefix_cache.hits', hits);
    tell('janus.prefix_cache.reused_tokens', reusedTokens);
  });
  metrics.observe(['janus.feature_cache.queries', 'janus.feature_cache.hits'], (tell) => {
    const { hits, misses } = engine.stats().features;
    tell('janus.feature_cache.queries', hits + misses);
    tell('janus.feature_cache.hits', hits);
  });
}
