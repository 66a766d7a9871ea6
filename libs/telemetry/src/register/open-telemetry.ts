import type { Logger } from '../logger.ts';
import type { TierName } from '../names.ts';
import { noTelemetry, type Telemetry } from '../telemetry.ts';
import type { OtelSettings } from './otel-settings.ts';

/** What telemetry is opened with. */
export interface TelemetryOptions {
  /** The service: its tier, where it is one of the mesh's. */
  readonly service: TierName | (string & {});
  readonly version: string;
  readonly settings: OtelSettings;
  /** Where Prometheus is answered. Port 0: nowhere. */
  readonly prometheus: { readonly host: string; readonly port: number };
  readonly logger: Logger;
}

/** Telemetry that is exported while the process lives. */
export interface OpenTelemetry extends Telemetry {
  /** Says which model is served; what is exported waits for that. */
  identify(revision: string): void;
  /** Sends what is left, for a few seconds at most, and stops. Never fails. */
  close(): Promise<void>;
}

const OFF: OpenTelemetry = { ...noTelemetry, identify: () => {}, close: async () => {} };

/**
 * Opens telemetry for a service. Where nothing asks for it, OpenTelemetry's SDK is not even loaded.
 *
 * @throws {Error} if the metrics' address can't be listened on
 */
export async function openTelemetry(options: TelemetryOptions): Promise<OpenTelemetry> {
  const { settings, prometheus } = options;
  if (!settings.traces && !settings.metrics && prometheus.port === 0) return OFF;
  const { startSdk } = await import('./start-sdk.ts');
  return await startSdk(options);
}
