/** What the standard `OTEL_*` variables say to do. Those that only tune it are read by OpenTelemetry's own parts. */
export interface OtelSettings {
  readonly traces: boolean;
  readonly metrics: boolean;
  /** Milliseconds between two exports of metrics. */
  readonly metricsIntervalMs: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

const DEFAULT_INTERVAL_MS = 60_000;

/**
 * Reads what is to be exported. By default nothing is: an endpoint (`OTEL_EXPORTER_OTLP_ENDPOINT`, or that of one signal) switches
 * its signals on, and so does `otlp` in `OTEL_TRACES_EXPORTER` or `OTEL_METRICS_EXPORTER`; `none` there, or
 * `OTEL_SDK_DISABLED=true`, switches them off again.
 *
 * @returns the settings, and all that is wrong with the variables, a sentence each
 */
export function readOtelSettings(variables: Variables): { readonly settings: OtelSettings; readonly faults: readonly string[] } {
  const faults: string[] = [];
  const isOn = (signal: 'TRACES' | 'METRICS') => {
    const exporter = textOf(variables, `OTEL_${signal}_EXPORTER`);
    if (exporter === undefined)
      return [`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`, 'OTEL_EXPORTER_OTLP_ENDPOINT'].some((name) => textOf(variables, name) !== undefined);
    if (exporter !== 'otlp' && exporter !== 'none')
      faults.push(`OTEL_${signal}_EXPORTER=${JSON.stringify(exporter)}: expected otlp or none`);
    return exporter === 'otlp';
  };
  const isDisabled = textOf(variables, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
  const settings = {
    traces: isOn('TRACES') && !isDisabled,
    metrics: isOn('METRICS') && !isDisabled,
    metricsIntervalMs: intervalOf(variables, faults)
  };
  if (settings.traces) requireGrpc(variables, 'TRACES', faults);
  if (settings.metrics) requireGrpc(variables, 'METRICS', faults);
  return { settings, faults };
}

function intervalOf(variables: Variables, faults: string[]): number {
  const text = textOf(variables, 'OTEL_METRIC_EXPORT_INTERVAL');
  if (text === undefined) return DEFAULT_INTERVAL_MS;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  faults.push(`OTEL_METRIC_EXPORT_INTERVAL=${JSON.stringify(text)}: expected milliseconds, 1 or more`);
  return DEFAULT_INTERVAL_MS;
}

function requireGrpc(variables: Variables, signal: 'TRACES' | 'METRICS', faults: string[]): void {
  const name = [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL'].find(
    (candidate) => textOf(variables, candidate) !== undefined
  );
  const protocol = name && textOf(variables, name);
  if (protocol === undefined || protocol === 'grpc') return;
  const fault = `${name}=${JSON.stringify(protocol)}: expected grpc, the one protocol that is spoken here`;
  if (!faults.includes(fault)) faults.push(fault);
}

/** A variable's text; one that is empty counts as not set, as OpenTelemetry has it. */
function textOf(variables: Variables, name: string): string | undefined {
  return variables[name]?.trim() || undefined;
}
