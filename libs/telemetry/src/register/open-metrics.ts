import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { CatalogueMetrics } from '../metrics/catalogue-metrics.ts';
import { HotHistograms } from '../metrics/hot-histograms.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { PrometheusDoor } from '../metrics/prometheus-door.ts';
import type { TelemetryOptions } from './open-telemetry.ts';

const SCOPE = 'janus-mesh';

/** One registry of metrics, read by Prometheus, sent over OTLP/gRPC, or both. */
export function openMetrics(resource: Resource, { settings, prometheus }: Pick<TelemetryOptions, 'settings' | 'prometheus'>) {
  const hot = new HotHistograms(SCOPE);
  const metricProducers = [hot];
  const door = prometheus.port > 0 ? new PrometheusDoor(prometheus, metricProducers) : undefined;
  const sender = settings.metrics
    ? new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter(),
        exportIntervalMillis: settings.metricsIntervalMs,
        metricProducers
      })
    : undefined;
  const provider = new MeterProvider({ resource, readers: [door, sender].filter((reader) => reader !== undefined) });
  const metrics: Metrics = new CatalogueMetrics(provider.getMeter(SCOPE), hot);
  observeProcess(metrics);
  return { metrics, listen: async () => door?.open(), close: () => provider.shutdown() };
}

function observeProcess(metrics: Metrics): void {
  metrics.observe(['process.memory.usage', 'process.cpu.time'], (tell) => {
    const { user, system } = process.cpuUsage();
    tell('process.memory.usage', process.memoryUsage.rss());
    tell('process.cpu.time', (user + system) / 1e6);
  });
}
