// Writes metrics.md, the list of all metrics, from the catalogue. Usage: tsx deploy/metrics-page.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CatalogueEntry, metricsCatalogue, tierNames } from '@janus-mesh/telemetry';

const UNITS: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' };

const HEAD = `# Metrics

Written from \`libs/telemetry/src/metrics-catalogue.ts\` by \`npm run metrics\`. Every service serves them to Prometheus at \`/metrics\` on
\`JANUS_MESH_METRICS_PORT\` (off unless it is set), and sends them over OTLP/gRPC where the standard \`OTEL_*\` variables say so.
All have the labels \`janus_tier\` and \`janus_revision\`; a histogram has \`_bucket\`, \`_sum\` and \`_count\`.
Over OTLP the names have dots and the unit stands beside them: \`janus_queue_wait_seconds\` is \`janus.queue.wait\`, in \`s\`.
Beside each stands the metric of vLLM that says the same, or nearly; none of vLLM's tells of pictures, guidance or a tier.
`;

/** The list as Markdown. */
export function metricsPage(): string {
  const rows = metricsCatalogue.map((entry: CatalogueEntry) => rowOf(entry));
  return [HEAD, '| metric | what it is | labels | services | vLLM |', '| --- | --- | --- | --- | --- |', ...rows, ''].join('\n');
}

function rowOf({ prometheus, kind, unit, description, attributes, tiers, vllm }: CatalogueEntry): string {
  const labels = attributes.map((name) => `\`${name.replaceAll('.', '_')}\``).join(', ');
  const services = tiers.length === tierNames.length ? 'all' : tiers.join(', ');
  const counted = UNITS[unit] ?? `${unit.slice(1, -1)}s`;
  return `| \`${prometheus}\` | ${description}; ${kind}, ${counted} | ${labels} | ${services} | ${vllm === undefined ? '' : `\`${vllm}\``} |`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(import.meta.dirname, 'metrics.md'), metricsPage());
