import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createLogger } from '../logger.ts';
import { otlpReceiver } from '../testing/otlp-receiver.ts';
import { type OpenTelemetry, openTelemetry, type TelemetryOptions } from './open-telemetry.ts';
import { readOtelSettings } from './otel-settings.ts';

afterEach(() => void vi.unstubAllEnvs());

const noHeader = () => undefined;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await once(server.close(), 'close');
  return port;
}

interface Setup {
  readonly variables?: Readonly<Record<string, string>>;
  readonly port?: number;
  readonly destination?: TelemetryOptions['logger'];
}

function open({ variables = {}, port = 0, destination }: Setup = {}): Promise<OpenTelemetry> {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const logger = destination ?? createLogger({ service: 'transformer', level: 'silent' });
  const { settings } = readOtelSettings(variables);
  return openTelemetry({ service: 'transformer', version: '1.2.3', settings, prometheus: { host: '127.0.0.1', port }, logger });
}

const scrape = async (port: number) => await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

test('off, it records nothing, and passes on the trace that comes', async () => {
  const { tracing, metrics } = await open();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const trace = tracing.begin((key) => ({ traceparent, tracestate: 'a=b' })[key], 'call', { role: 'server' });
  expect([trace.isRecording, trace.traceId, trace.spanId]).toEqual([false, '0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']);
  expect(trace.child('below', { role: 'client' }).headers).toEqual({ traceparent, tracestate: 'a=b' });
  expect(tracing.begin(noHeader, 'call', { role: 'server' }).headers).toEqual({});
  expect(metrics.isOn).toBe(false);
});

test.each([
  'no trace',
  '00-00000000000000000000000000000000-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
  'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
])('off, %j is no trace to pass on', async (traceparent) => {
  const { tracing } = await open();
  expect(tracing.begin(() => traceparent, 'call', { role: 'server' }).headers).toEqual({});
});

test('spans reach a collector over a socket, with their resource, and those that are left at the end too', async () => {
  const receiver = await otlpReceiver();
  onTestFinished(receiver.close);
  const telemetry = await open({
    variables: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test'
    }
  });
  telemetry.identify('abc');
  const call = telemetry.tracing.begin(noHeader, 'a call', { role: 'server', attributes: { size: 3 } });
  const below = call.child('below', { role: 'client' });
  below.event('seen', { at: 1 });
  below.end({ attributes: { why: 'lost' }, isError: true });
  call.end();
  call.end({ isError: true }); // too late to count
  await telemetry.close();
  expect(receiver.spans.map(({ name, kind, status, parentId }) => [name, kind, status, parentId])).toEqual([
    ['below', 'CLIENT', 'ERROR', call.spanId],
    ['a call', 'SERVER', 'UNSET', '']
  ]);
  expect(receiver.spans[0]).toMatchObject({
    attributes: { why: 'lost' },
    events: [{ name: 'seen', attributes: { at: 1 } }],
    statusMessage: ''
  });
  expect(receiver.spans[1]?.resource).toMatchObject({
    'service.namespace': 'janus-mesh',
    'service.name': 'transformer',
    'service.version': '1.2.3',
    'janus.tier': 'transformer',
    'janus.revision': 'abc',
    'deployment.environment.name': 'test'
  });
});

test('a caller that is not sampled is not recorded, and stays unsampled downstream', async () => {
  const receiver = await otlpReceiver();
  onTestFinished(receiver.close);
  const telemetry = await open({ variables: { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint } });
  telemetry.identify('abc');
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
  const call = telemetry.tracing.begin((key) => (key === 'traceparent' ? traceparent : undefined), 'a call', { role: 'server' });
  expect(call.isRecording).toBe(false);
  expect(call.child('below', { role: 'client' }).headers.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-.{16}-00$/);
  await telemetry.close();
  expect(receiver.spans).toEqual([]);
});

test('one registry is read by Prometheus and sent to a collector', async () => {
  const receiver = await otlpReceiver();
  onTestFinished(receiver.close);
  const port = await freePort();
  const telemetry = await open({
    variables: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_TRACES_EXPORTER: 'none' },
    port
  });
  telemetry.identify('abc');
  telemetry.metrics.record('janus.picture.duration', 7);
  telemetry.metrics.add('janus.cancels', 0, { 'janus.reason': 'CANCELLED' });
  const gap = telemetry.metrics.series('janus.inter_token_gap', { 'janus.kind': 'text' });
  for (const seconds of [0.004, 0.005, 0.006, 7]) gap(seconds);
  telemetry.metrics.series('janus.inter_token_gap', { 'janus.kind': 'image' });
  telemetry.metrics.observe(['janus.queue.depth'], (tell) => tell('janus.queue.depth', 4, { 'janus.kind': 'text' }));
  const text = await scrape(port);
  const labels = 'janus_tier="transformer",janus_revision="abc"';
  expect(text).toContain('# TYPE janus_picture_duration_seconds histogram\n');
  expect(text).toContain(`janus_picture_duration_seconds_bucket{${labels},le="5"} 0\n`);
  expect(text).toContain(`janus_picture_duration_seconds_bucket{${labels},le="10"} 1\n`);
  expect(text).toContain(`janus_cancels_total{janus_reason="CANCELLED",${labels}} 0\n`);
  expect(text).toContain(`janus_queue_depth{janus_kind="text",${labels}} 4\n`);
  const gaps = (bound: string, kind: string) => `janus_inter_token_gap_seconds_bucket{janus_kind="${kind}",${labels},le="${bound}"}`;
  for (const [bound, count] of [
    ['0.0025', 0],
    ['0.005', 2], // a bound belongs to its bucket
    ['0.01', 3],
    ['5', 3],
    ['+Inf', 4]
  ])
    expect(text).toContain(`${gaps(String(bound), 'text')} ${count}\n`);
  expect(text).toContain(`${gaps('+Inf', 'image')} 0\n`);
  expect(text).toContain(`janus_inter_token_gap_seconds_sum{janus_kind="text",${labels}} 7.015\n`);
  await telemetry.close();
  expect(receiver.metrics.find(({ name }) => name === 'janus.inter_token_gap')?.points).toEqual([
    { attributes: { 'janus.kind': 'text' }, value: 7.015, count: 4 },
    { attributes: { 'janus.kind': 'image' }, value: 0, count: 0 }
  ]);
  const picture = receiver.metrics.find(({ name }) => name === 'janus.picture.duration');
  expect(picture).toMatchObject({ unit: 's', points: [{ value: 7, count: 1 }], resource: { 'janus.revision': 'abc' } });
  await expect(scrape(port)).rejects.toThrow('fetch failed');
});

test('a port for metrics that is taken is said at the start', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as { port: number };
  await expect(open({ port })).rejects.toThrow(`can't listen on 127.0.0.1:${port} for metrics: EADDRINUSE`);
});

test('a collector that is away holds nothing up, and is logged', async () => {
  const lines: string[] = [];
  const logger = createLogger({ service: 'transformer', destination: { write: (line) => lines.push(line) } });
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const telemetry = await open({
    variables: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_METRICS_EXPORTER: 'none', OTEL_EXPORTER_OTLP_TIMEOUT: '300' },
    destination: logger
  });
  telemetry.tracing.begin(noHeader, 'a call', { role: 'server' }).end();
  const since = performance.now();
  await telemetry.close();
  expect(performance.now() - since).toBeLessThan(10_000);
  expect(lines.some((line) => line.includes('"msg":"telemetry"'))).toBe(true);
});
