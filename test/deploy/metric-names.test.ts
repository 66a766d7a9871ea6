import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type CatalogueEntry, metricsCatalogue } from '../../libs/telemetry/src/metrics-catalogue.ts';
import { promtool } from './support/promtool.ts';
import { at, find, render } from './support/render.ts';
import { schema } from './support/schema.ts';

const tool = promtool();
const catalogue: readonly CatalogueEntry[] = metricsCatalogue;
/** Labels that all series have: from the scrape, and from every service. */
const everywhere = ['namespace', 'job', 'pod', 'le', 'janus_tier', 'janus_revision'];

const objects = await render([
  '--set',
  'monitoring.alerts.enabled=true,monitoring.dashboard.enabled=true,services.transformer.autoscaling.enabled=true'
]);

/** Every PromQL expression of an object, wherever it stands. */
function expressions(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    typeof one === 'string' && ['expr', 'query'].includes(key) ? [one] : expressions(one)
  );
}

const { data } = find(objects, 'ConfigMap', 'janus-mesh-dashboard') as unknown as { data: Record<string, string> };
const dashboard = JSON.parse(data['janus-mesh.json'] as string) as { panels: unknown };
const sources: Record<string, unknown> = {
  alerts: find(objects, 'PrometheusRule', 'janus-mesh').spec,
  dashboard: dashboard.panels,
  'scaled object': find(objects, 'ScaledObject', 'janus-mesh-transformer').spec
};

/** The series in an expression, each with the labels that are asked of it. */
function seriesIn(expression: string): { name: string; labels: string[] }[] {
  return [...expression.matchAll(/([a-z_:][a-z0-9_:]*)\{([^}]*)\}/g)].map(([, name = '', matchers = '']) => ({
    name,
    labels: [...matchers.matchAll(/([a-z_]+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label)
  }));
}

function entryOf(name: string): CatalogueEntry | undefined {
  return catalogue.find(({ prometheus, kind }) =>
    kind === 'histogram' ? name.replace(/_(bucket|sum|count)$/, '') === prometheus && name !== prometheus : name === prometheus
  );
}

function labelsOf(entry: CatalogueEntry): string[] {
  return [...everywhere, ...entry.attributes.map((attribute) => attribute.replaceAll('.', '_'))];
}

test.each(Object.keys(sources))('every metric and label that the %s asks for is in the catalogue', (source) => {
  const series = expressions(sources[source])
    .flatMap(seriesIn)
    .filter(({ name }) => name !== 'up');
  expect(series.length).toBeGreaterThan(1);
  for (const { name, labels } of series) {
    const entry = entryOf(name);
    expect(entry, name).toBeDefined();
    for (const label of labels) expect(labelsOf(entry as CatalogueEntry), name).toContain(label);
  }
});

test.each(['alerts', 'dashboard'])('what the %s sort by are labels of the metrics in the same expression', (source) => {
  for (const expression of expressions(sources[source])) {
    const known = new Set([
      ...everywhere,
      ...seriesIn(expression)
        .flatMap(({ name }) => entryOf(name) ?? [])
        .flatMap(labelsOf)
    ]);
    const asked = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(',').map((label) => label.trim()));
    for (const label of asked) expect(known, expression).toContain(label);
  }
});

test('nothing is asked of a series without saying whose it is: another release may be in the same Prometheus', () => {
  for (const expression of Object.values(sources).flatMap(expressions)) {
    for (const { name, labels } of seriesIn(expression)) expect(labels, name).toEqual(expect.arrayContaining(['namespace', 'job']));
  }
});

test('a threshold of a time lies below the last bound of its histogram: above it no quantile can be', () => {
  const lastBound = (name: string) => catalogue.find(({ prometheus }) => prometheus === name)?.buckets?.at(-1) as number;
  const most = (threshold: string) =>
    Number(at(schema, `properties.monitoring.properties.alerts.properties.thresholds.properties.${threshold}.maximum`));
  expect(most('queueWaitSeconds')).toBeLessThan(lastBound('janus_queue_wait_seconds'));
  expect(most('firstTokenSeconds')).toBeLessThan(lastBound('gen_ai_server_time_to_first_token_seconds'));
  expect(most('tokenGapSeconds')).toBeLessThan(lastBound('janus_inter_token_gap_seconds'));
  expect(most('pictureSeconds')).toBeLessThan(lastBound('janus_picture_duration_seconds'));
});

test('the dashboard has every metric of the catalogue that says something of its own', () => {
  const shown = new Set(
    expressions(sources.dashboard)
      .flatMap(seriesIn)
      .flatMap(({ name }) => entryOf(name)?.prometheus ?? [])
  );
  const elsewhere = [
    'janus_requests_running',
    'janus_step_failures_total',
    'rpc_client_call_duration_seconds',
    'gen_ai_server_time_per_output_token_seconds'
  ];
  const missing = catalogue.map(({ prometheus }) => prometheus).filter((name) => !shown.has(name) && !elsewhere.includes(name));
  expect(missing).toEqual([]);
});

test.skipIf(tool === undefined)('Prometheus can read every query of the dashboard and of the scaled object (needs promtool)', () => {
  const queries = [sources.dashboard, sources['scaled object']]
    .flatMap(expressions)
    .map((query) => query.replaceAll('$__rate_interval', '5m'));
  const rules = queries.map((expr, at) => ({ record: `query_${at}`, expr }));
  const folder = mkdtempSync(join(tmpdir(), 'janus-mesh-queries-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'queries.json'), JSON.stringify({ groups: [{ name: 'queries', rules }] }));
  const { status, stdout, stderr } = spawnSync(tool as string, ['check', 'rules', join(folder, 'queries.json')], { encoding: 'utf8' });
  expect(stdout + stderr).toContain(`SUCCESS: ${queries.length} rules found`);
  expect(status).toBe(0);
});
