import { expect, test } from 'vitest';
import { readOtelSettings } from './otel-settings.ts';

const signals = (variables: Record<string, string>) => {
  const { settings, faults } = readOtelSettings(variables);
  expect(faults).toEqual([]);
  return [settings.traces, settings.metrics];
};

test('nothing is exported unless something asks for it', () => {
  expect(signals({})).toEqual([false, false]);
  expect(signals({ OTEL_SERVICE_NAME: 'mine', OTEL_EXPORTER_OTLP_ENDPOINT: '  ' })).toEqual([false, false]);
});

test('an endpoint switches its signals on', () => {
  expect(signals({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' })).toEqual([true, true]);
  expect(signals({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4317' })).toEqual([true, false]);
  expect(signals({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://collector:4317' })).toEqual([false, true]);
});

test('an exporter switches its signal on or off, whatever endpoint there is', () => {
  expect(signals({ OTEL_TRACES_EXPORTER: 'otlp' })).toEqual([true, false]);
  expect(signals({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317', OTEL_METRICS_EXPORTER: 'none' })).toEqual([true, false]);
});

test('OTEL_SDK_DISABLED switches all of it off', () => {
  expect(signals({ OTEL_SDK_DISABLED: 'True', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' })).toEqual([false, false]);
});

test('the interval of metrics is read, and is a minute otherwise', () => {
  expect(readOtelSettings({ OTEL_METRIC_EXPORT_INTERVAL: '1500' }).settings.metricsIntervalMs).toBe(1_500);
  expect(readOtelSettings({}).settings.metricsIntervalMs).toBe(60_000);
});

test('all that can not be done is said at once', () => {
  const { faults } = readOtelSettings({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_METRIC_EXPORT_INTERVAL: 'often'
  });
  expect(faults).toEqual([
    'OTEL_METRIC_EXPORT_INTERVAL="often": expected milliseconds, 1 or more',
    'OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf": expected grpc, the one protocol that is spoken here'
  ]);
  expect(readOtelSettings({ OTEL_TRACES_EXPORTER: 'zipkin' }).faults).toEqual(['OTEL_TRACES_EXPORTER="zipkin": expected otlp or none']);
});
