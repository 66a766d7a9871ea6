export { createLogger, type Logger, type LoggerOptions, type LogLevel, logLevels } from './logger.ts';
export { type CounterName, type HistogramName, type Metrics, noMetrics, type ObservedName, type Tell } from './metrics/metrics.ts';
export { type CatalogueEntry, type MetricName, metricsCatalogue } from './metrics-catalogue.ts';
export { names, type RequestKind, spanEvents, type TierName, tierNames } from './names.ts';
export { noTelemetry, type Telemetry } from './telemetry.ts';
export { noTrace, type SpanEnd, type SpanRole, type SpanStart, type Trace } from './traces/trace.ts';
export { activeTrace, noTracing, type ReadHeader, type Tracing } from './traces/tracing.ts';
