import { expect, test } from 'vitest';
import { type CatalogueEntry, metricsCatalogue } from './metrics-catalogue.ts';

const entries: readonly CatalogueEntry[] = metricsCatalogue;

/** The name that OpenTelemetry's rules for Prometheus give. */
function prometheusName({ name, unit, kind }: CatalogueEntry): string {
  const units: Record<string, string> = { s: '_seconds', By: '_bytes' };
  return name.replaceAll('.', '_') + (units[unit] ?? '') + (kind === 'counter' ? '_total' : '');
}

test('names in a scrape follow from the names of OpenTelemetry, with base units and no colon', () => {
  expect(entries.map(({ prometheus }) => prometheus)).toEqual(entries.map(prometheusName));
  for (const { prometheus } of entries) expect(prometheus).toMatch(/^[a-z][a-z0-9_]*$/);
});

test('no name is there twice', () => {
  expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
});

test('units are seconds, bytes, or what is counted', () => {
  for (const { unit } of entries) expect(unit).toMatch(/^(s|By|\{[a-z]+\})$/);
});

test('histograms have bounds that rise, and nothing else has', () => {
  for (const { kind, buckets } of entries) {
    expect(buckets !== undefined).toBe(kind === 'histogram');
    expect(buckets).toEqual(buckets && [...buckets].sort((a, b) => a - b));
  }
});

test('buckets of pictures and calls reach as far as the longest deadline', () => {
  for (const name of ['janus.picture.duration', 'gen_ai.server.request.duration', 'rpc.server.call.duration'])
    expect(entries.find((entry) => entry.name === name)?.buckets?.at(-1)).toBeGreaterThanOrEqual(600);
});
