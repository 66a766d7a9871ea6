import { once } from 'node:events';
import { createServer } from 'node:net';
import { ImageCodecServiceDefinition } from '@janus-mesh/contracts';
import { connect, isServing } from '@janus-mesh/rpc';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError } from './config-error.ts';
import { startService } from './start-service.ts';
import { codecService } from './testing/codec-service.ts';

const quiet = { JANUS_MESH_LOG_LEVEL: 'silent' };

test('a service runs inside a test, and stops', async () => {
  const service = await startService(codecService, { ...quiet, JANUS_MESH_GRID: '16' });
  const address = `127.0.0.1:${service.port}`;
  const { client, close } = connect(ImageCodecServiceDefinition, address);
  onTestFinished(close);
  expect(await isServing(address, ImageCodecServiceDefinition.fullName)).toBe(true);
  expect(await client.describeImageCodec({})).toMatchObject({ grid: 16 });
  await Promise.all([service.stop(), service.stop()]);
  await expect(isServing(address)).rejects.toMatchObject({ codeName: 'UNAVAILABLE' });
});

test('limits are settings', async () => {
  const service = await startService(codecService, { ...quiet, JANUS_MESH_DEADLINE_SECONDS: '0.1' });
  const { client, close } = connect(ImageCodecServiceDefinition, `127.0.0.1:${service.port}`);
  onTestFinished(close);
  onTestFinished(() => service.stop());
  const reading = (async () => {
    for await (const _ of client.decode((async function* () {})()));
  })();
  await expect(reading).rejects.toMatchObject({ message: 'the call took longer than the allowed 100 ms' });
});

test('a service that does not start leaves nothing behind', async () => {
  await expect(startService(codecService, { ...quiet, JANUS_MESH_MOOD: 'not-ready' })).rejects.toThrow('warm-up failed: no such kernel');
  await expect(startService(codecService, { ...quiet, JANUS_MESH_MOOD: 'refuses' })).rejects.toThrow('bundle is broken');
  await expect(startService(codecService, { JANUS_MESH_GRID: 'x' })).rejects.toThrow(ConfigError);
});

test('a service is told when its drain begins, while its calls still run', async () => {
  const told: string[] = [];
  const service = await startService(
    {
      ...codecService,
      build: async (context) => ({
        ...(await codecService.build(context)),
        drain: () => void told.push('drain'),
        stop: () => void told.push('stop')
      })
    },
    quiet
  );
  const { client, close } = connect(ImageCodecServiceDefinition, `127.0.0.1:${service.port}`);
  onTestFinished(close);
  const call = client.tokenize((async function* () {})()).then(() => told.push('answer'));
  await client.describeImageCodec({}); // the other call came before this one
  const stopped = service.stop();
  expect(told).toEqual(['drain']);
  await Promise.all([call, stopped]);
  expect(told).toEqual(['drain', 'answer', 'stop']);
});

test('variables of OpenTelemetry that can not be followed are faults of the settings', async () => {
  const variables = { ...quiet, OTEL_TRACES_EXPORTER: 'zipkin', OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  await expect(startService(codecService, variables)).rejects.toMatchObject({
    faults: [
      'OTEL_TRACES_EXPORTER="zipkin": expected otlp or none',
      'OTEL_EXPORTER_OTLP_PROTOCOL="http/json": expected grpc, the one protocol that is spoken here'
    ]
  });
});

test('metrics are served while the service runs, and not after', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  await once(taken.close(), 'close');
  const service = await startService(codecService, { ...quiet, JANUS_MESH_METRICS_PORT: String(port) });
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toContain('janus_refusals_total{janus_reason="QUEUE_FULL",janus_tier="test-codec",janus_revision="unknown"} 0');
  await service.stop();
  await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow('fetch failed');
});
