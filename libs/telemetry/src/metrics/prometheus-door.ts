import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { CollectionResult, MetricData, MetricProducer } from '@opentelemetry/sdk-metrics';
import { metricsCatalogue } from '../metrics-catalogue.ts';

/** Labels that every value has. */
const CONSTANT_LABELS = /^janus\.(tier|revision)$/;

const prometheusNames = new Map<string, string>(metricsCatalogue.map(({ name, prometheus }) => [name, prometheus]));

/** Where Prometheus listens to a service. */
export interface PrometheusAddress {
  readonly host: string;
  readonly port: number;
}

/** Serves `/metrics` with the names that Prometheus' conventions ask for: units in the name, which the exporter itself leaves out. */
export class PrometheusDoor extends PrometheusExporter {
  readonly #address: PrometheusAddress;

  /** @param metricProducers what is served beside the meters' metrics */
  constructor(address: PrometheusAddress, metricProducers: MetricProducer[]) {
    super({ ...address, metricProducers, preventServerStart: true, withResourceConstantLabels: CONSTANT_LABELS, withoutScopeInfo: true });
    this.#address = address;
  }

  /** @throws {Error} if the address can't be listened on */
  async open(): Promise<void> {
    const { host, port } = this.#address;
    try {
      await this.startServer();
    } catch (cause) {
      throw new Error(`can't listen on ${host}:${port} for metrics: ${(cause as NodeJS.ErrnoException).code}`, { cause });
    }
  }

  override async collect(...options: Parameters<PrometheusExporter['collect']>): Promise<CollectionResult> {
    const { resourceMetrics, errors } = await super.collect(...options);
    await resourceMetrics.resource.waitForAsyncAttributes?.();
    const scopeMetrics = resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(renamed) }));
    return { resourceMetrics: { ...resourceMetrics, scopeMetrics }, errors };
  }
}

// Without a unit: a `# UNIT` line is for OpenMetrics, which this is not.
function renamed<Data extends MetricData>(data: Data): Data {
  const { name } = data.descriptor;
  return { ...data, descriptor: { ...data.descriptor, name: prometheusNames.get(name) ?? name, unit: '' } };
}
