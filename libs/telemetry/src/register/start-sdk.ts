import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { detectResources, envDetector, type Resource, resourceFromAttributes, serviceInstanceIdDetector } from '@opentelemetry/resources';
import {
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_NAMESPACE,
  ATTR_SERVICE_VERSION,
  ATTR_TELEMETRY_SDK_LANGUAGE,
  ATTR_TELEMETRY_SDK_NAME
} from '@opentelemetry/semantic-conventions';
import type { Logger } from '../logger.ts';
import { noMetrics } from '../metrics/metrics.ts';
import { names } from '../names.ts';
import { noTracing } from '../traces/tracing.ts';
import { openMetrics } from './open-metrics.ts';
import type { OpenTelemetry, TelemetryOptions } from './open-telemetry.ts';
import { openTraces } from './open-traces.ts';

/** A collector that is away must not hold up the end of a process. */
const LONGEST_FLUSH_MS = 3_000;

/** Starts OpenTelemetry's SDK for one service. Nothing of it is global but its diagnostics, which go to the log. */
export async function startSdk(options: TelemetryOptions): Promise<OpenTelemetry> {
  const { settings, prometheus, logger } = options;
  tellTroubles(logger);
  let identify: (revision: string) => void = () => {};
  const revision = new Promise<string>((resolve) => {
    identify = resolve;
  });
  const resource = resourceOf(options, revision);
  const traces = settings.traces ? openTraces(resource) : undefined;
  const metrics = settings.metrics || prometheus.port > 0 ? openMetrics(resource, { settings, prometheus }) : undefined;
  await metrics?.listen();
  logger.info({ traces: settings.traces, metrics: settings.metrics, prometheusPort: prometheus.port }, 'telemetry is on');
  return {
    tracing: traces?.tracing ?? noTracing,
    metrics: metrics?.metrics ?? noMetrics,
    identify,
    async close() {
      identify('unknown'); // no effect where it is known
      const closed = [traces, metrics].map((part) => part?.close().catch((error: unknown) => tellTrouble(logger, error)));
      await Promise.race([Promise.all(closed), sleep(LONGEST_FLUSH_MS, undefined, { ref: false })]);
    }
  };
}

function tellTrouble(logger: Logger, trouble: unknown): void {
  logger.warn({ trouble: trouble instanceof Error ? trouble.message : trouble }, 'telemetry');
}

// The environment comes last: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word.
function resourceOf({ service, version }: TelemetryOptions, revision: Promise<string>): Resource {
  return resourceFromAttributes({
    [ATTR_SERVICE_NAMESPACE]: 'janus-mesh',
    [ATTR_SERVICE_NAME]: service,
    [ATTR_SERVICE_VERSION]: version,
    [ATTR_TELEMETRY_SDK_NAME]: 'opentelemetry',
    [ATTR_TELEMETRY_SDK_LANGUAGE]: 'nodejs',
    'host.name': hostname(),
    [names.tier]: service,
    [names.revision]: revision
  }).merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }));
}

function tellTroubles(logger: Logger): void {
  const tell = (message: string) => tellTrouble(logger, message);
  diag.setLogger(
    { error: tell, warn: tell, info: () => {}, debug: () => {}, verbose: () => {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true }
  );
}
