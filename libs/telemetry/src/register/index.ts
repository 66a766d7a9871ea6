export { type OpenTelemetry, openTelemetry, type TelemetryOptions } from './open-telemetry.ts';
export { type OtelSettings, readOtelSettings } from './otel-settings.ts';
