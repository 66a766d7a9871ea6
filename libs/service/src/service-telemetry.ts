import { VERSION } from '@janus-mesh/contracts';
import type { Logger } from '@janus-mesh/telemetry';
import { type OpenTelemetry, openTelemetry, readOtelSettings } from '@janus-mesh/telemetry/register';
import { ConfigError } from './config-error.ts';

/** What a service's telemetry is opened with. */
export interface ServiceTelemetryOptions {
  readonly config: { readonly metricsHost: string; readonly metricsPort: number };
  readonly logger: Logger;
  /** An environment, for the `OTEL_*` variables. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens a service's telemetry.
 *
 * @throws {ConfigError} naming every `OTEL_*` variable that can't be followed
 * @throws {Error} if the metrics' address can't be listened on
 */
export async function serviceTelemetry(service: string, { config, logger, variables }: ServiceTelemetryOptions): Promise<OpenTelemetry> {
  const { settings, faults } = readOtelSettings(variables);
  if (faults.length > 0) throw new ConfigError(faults);
  const prometheus = { host: config.metricsHost, port: config.metricsPort };
  return await openTelemetry({ service, version: VERSION, settings, prometheus, logger });
}
