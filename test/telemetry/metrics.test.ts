import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectPictures, picture, userMessage } from '@janus-mesh/client';
import { PreviewMode } from '@janus-mesh/contracts';
import { type CatalogueEntry, metricsCatalogue, type TierName, tierNames } from '@janus-mesh/telemetry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePorts } from '../support/free-ports.ts';
import { CHECKPOINTS, startTestMesh, type TestMesh } from '../support/mesh.ts';
import { hasPrometheus, startPrometheus } from './real-prometheus.ts';
import { type Scrape, scrape, seriesValue } from './scrape.ts';

let mesh: TestMesh;
let ports: Record<TierName, number>;
let scrapes: Record<TierName, Scrape>;

beforeAll(async () => {
  const free = await freePorts(tierNames.length);
  ports = Object.fromEntries(tierNames.map((tier, at) => [tier, free[at]])) as typeof ports;
  const settings = Object.fromEntries(tierNames.map((tier) => [tier, { JANUS_MESH_METRICS_PORT: String(ports[tier]) }]));
  mesh = await startTestMesh({
    checkpoint: CHECKPOINTS.tinyShapes,
    settings: { ...settings, transformer: { ...settings.transformer, JANUS_MESH_STEP_DELAY_MS: '5' } }
  });
  await work();
  scrapes = await scrapeAll();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const STAR = picture(readFileSync(join(CHECKPOINTS.tinyShapes, 'pictures/star-above-circle.png')));
const QUESTION = { messages: [userMessage(STAR, 'Describe the image.')], maxTokens: 4 };

/** Something of everything: the same question twice, and in another conversation, a drawing, a cancel, a refusal. */
async function work(): Promise<void> {
  const { client } = mesh;
  for (const request of [QUESTION, QUESTION, { ...QUESTION, systemPrompt: 'Be brief.' }]) {
    for await (const _ of client.chat(request)) void _;
  }
  await collectPictures(client.generateImage({ prompt: 'a red circle', samples: 2, preview: PreviewMode.PREVIEW_MODE_EVERY_ROW }));
  const caller = new AbortController();
  const long = { messages: [userMessage('Tell me more.')], temperature: 100, maxTokens: 200, seed: 1n };
  const cancelled = (async () => {
    for await (const { $case } of client.chat(long, { signal: caller.signal })) if ($case === 'delta') caller.abort();
  })();
  await expect(cancelled).rejects.toThrow('cancelled');
  await expect(client.chat({ messages: [] })[Symbol.asyncIterator]().next()).rejects.toMatchObject({ codeName: 'INVALID_ARGUMENT' });
}

async function scrapeAll(): Promise<typeof scrapes> {
  const all = await Promise.all(tierNames.map(async (tier) => [tier, await scrape(ports[tier])] as const));
  return Object.fromEntries(all) as typeof scrapes;
}

/** Names of a metric's series in a scrape. */
function seriesOf({ prometheus, kind }: CatalogueEntry): string[] {
  return kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => prometheus + suffix) : [prometheus];
}

test.each(tierNames)('every metric that the catalogue gives to the %s is in its scrape, with tier and revision', (tier) => {
  const { samples, types } = scrapes[tier];
  const entries: readonly CatalogueEntry[] = metricsCatalogue.filter((entry) => (entry.tiers as readonly string[]).includes(tier));
  for (const entry of entries) {
    expect([entry.prometheus, types.get(entry.prometheus)]).toEqual([entry.prometheus, entry.kind]);
    for (const series of seriesOf(entry)) {
      const found = samples.filter(({ name }) => name === series);
      expect(found.length, series).toBeGreaterThan(0);
      for (const { labels } of found) expect(labels).toMatchObject({ janus_tier: tier, janus_revision: mesh.model.revision });
    }
  }
});

test.each(tierNames)('the %s tells nothing that the catalogue does not know', (tier) => {
  const known = new Map(metricsCatalogue.map((entry): [string, CatalogueEntry] => [entry.prometheus, entry]));
  const { samples, types } = scrapes[tier];
  const families = [...types.keys()].filter((name) => name !== 'target_info');
  expect(families.filter((name) => !known.get(name)?.tiers.includes(tier))).toEqual([]);
  for (const family of families) {
    const entry = known.get(family) as CatalogueEntry;
    const allowed = ['janus_tier', 'janus_revision', 'le', ...entry.attributes.map((name) => name.replaceAll('.', '_'))];
    const found = samples.filter(({ name }) => seriesOf(entry).includes(name)).flatMap(({ labels }) => Object.keys(labels));
    expect(
      [...new Set(found)].filter((label) => !allowed.includes(label)),
      family
    ).toEqual([]);
  }
});

test('they count what was done', () => {
  const { orchestrator, transformer, 'vision-encoder': encoder, 'image-codec': codec } = scrapes;
  const text = { janus_kind: 'text' };
  const image = { janus_kind: 'image' };
  expect(seriesValue(orchestrator, 'gen_ai_server_request_duration_seconds_count', { ...text, janus_outcome: 'ok' })).toBe(3);
  expect(seriesValue(orchestrator, 'gen_ai_server_request_duration_seconds_count', { ...text, janus_outcome: 'cancelled' })).toBe(1);
  expect(seriesValue(orchestrator, 'gen_ai_server_time_to_first_token_seconds_count', text)).toBe(4);
  expect(seriesValue(orchestrator, 'janus_picture_duration_seconds_count')).toBe(2);
  expect(seriesValue(orchestrator, 'janus_picture_time_to_first_preview_seconds_count')).toBe(1);
  expect(seriesValue(orchestrator, 'janus_cancels_total', { janus_reason: 'CANCELLED' })).toBe(1);
  expect(seriesValue(orchestrator, 'janus_refusals_total', { janus_reason: 'INVALID_ARGUMENT' })).toBe(1);
  expect(seriesValue(orchestrator, 'janus_failures_total', { janus_reason: 'INTERNAL' })).toBe(0);
  expect(seriesValue(transformer, 'janus_step_failures_total')).toBe(0); // a step that is cancelled did not fail
  expect(seriesValue(transformer, 'janus_generated_tokens_total', image)).toBe(2 * 36);
  expect(seriesValue(transformer, 'janus_queue_wait_seconds_count', image)).toBe(1);
  expect(seriesValue(transformer, 'janus_feature_cache_hits_total')).toBe(1);
  expect(seriesValue(transformer, 'janus_prefix_cache_hits_total')).toBeGreaterThan(0);
  expect(seriesValue(transformer, 'janus_kv_budget_bytes')).toBeGreaterThan(0);
  expect(seriesValue(encoder, 'janus_network_duration_seconds_count', { janus_network: 'siglip' })).toBeGreaterThanOrEqual(1);
  expect(seriesValue(codec, 'janus_network_duration_seconds_count', { janus_network: 'vq-decoder' })).toBe(2);
  const gaps = seriesValue(transformer, 'janus_inter_token_gap_seconds_count', image);
  expect(gaps).toBeLessThanOrEqual(2 * 35);
  expect(seriesValue(transformer, 'janus_inter_token_gap_seconds_sum', image) / gaps).toBeGreaterThan(0.005);
});

test('rows, guidance pairs and KV cache are seen while they run', async () => {
  const caller = new AbortController();
  const drawing = (async () => {
    for await (const _ of mesh.client.generateImage({ prompt: 'a blue star', samples: 2 }, { signal: caller.signal })) void _;
  })();
  drawing.catch(() => undefined);
  await expect.poll(async () => seriesValue(await scrape(ports.transformer), 'janus_guidance_pairs'), { interval: 5 }).toBe(2);
  const during = await scrape(ports.transformer);
  caller.abort();
  expect(seriesValue(during, 'janus_rows_running', { janus_kind: 'image' })).toBe(4);
  expect(seriesValue(during, 'janus_rows_running', { janus_kind: 'text' })).toBe(0);
  expect(seriesValue(during, 'janus_requests_running')).toBe(1);
  expect(seriesValue(during, 'janus_kv_used_bytes')).toBeGreaterThan(0);
  await expect(drawing).rejects.toThrow('cancelled');
  await expect.poll(async () => seriesValue(await scrape(ports.transformer), 'janus_kv_used_bytes')).toBe(0);
});

test('any path but /metrics is not there', async () => {
  const { status } = await fetch(`http://127.0.0.1:${ports.orchestrator}/`);
  expect(status).toBe(404);
});

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;

// Prometheus' own linter; where it is not installed there is nothing to ask.
test.runIf(hasPromtool).each(tierNames)('promtool finds nothing to say about the metrics of the %s', (tier) => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: scrapes[tier].text, encoding: 'utf8' });
  expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
});

test.runIf(hasPrometheus)('a real Prometheus scrapes all four, and answers from it', async () => {
  await using prometheus = await startPrometheus(Object.values(ports));
  const up = Object.fromEntries(Object.values(ports).map((port) => [`127.0.0.1:${port}`, 'up']));
  await expect.poll(() => prometheus.health(), { timeout: 30_000 }).toEqual(up);
  expect(await prometheus.query('count by (janus_tier) (process_memory_usage_bytes)')).toEqual([1, 1, 1, 1]);
  expect(await prometheus.query('sum(gen_ai_server_request_duration_seconds_count{janus_outcome="ok"})')).toEqual([4]);
  const gaps = 'histogram_quantile(0.5, sum by (le) (janus_inter_token_gap_seconds_bucket))';
  expect((await prometheus.query(gaps))[0]).toBeGreaterThan(0.001);
});
