import { createLogger, type Trace } from '@janus-mesh/telemetry';
import { openTelemetry, readOtelSettings } from '@janus-mesh/telemetry/register';
import { expect, onTestFinished, vi } from 'vitest';
import { otlpReceiver } from '../../../telemetry/src/testing/otlp-receiver.ts';
import type { ReceivedSpan } from '../../../telemetry/src/testing/received-span.ts';
import { type Setup, type TestMesh, testMesh } from './test-mesh.ts';

/** A mesh whose spans reach a receiver over a socket. */
export interface TracedMesh extends TestMesh {
  /** A span to call from. It is not ended: what is received are the spans of calls. */
  readonly parent: Trace;
  /** All spans, once there are so many. */
  received(count: number): Promise<readonly ReceivedSpan[]>;
  /** What was received so far. */
  readonly spans: readonly ReceivedSpan[];
}

/** A test mesh that exports its traces. */
export async function tracedMesh(setup: Setup): Promise<TracedMesh> {
  const receiver = await otlpReceiver();
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_METRICS_EXPORTER: 'none', OTEL_BSP_SCHEDULE_DELAY: '10' };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const { settings } = readOtelSettings(variables);
  const logger = createLogger({ service: 'test', level: 'silent' });
  const telemetry = await openTelemetry({ service: 'test', version: '0', settings, prometheus: { host: '', port: 0 }, logger });
  telemetry.identify('test');
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await telemetry.close();
    receiver.close();
  });
  const mesh = await testMesh({ ...setup, telemetry });
  return {
    ...mesh,
    parent: telemetry.tracing.begin(() => undefined, 'parent', { role: 'internal' }),
    spans: receiver.spans,
    async received(count) {
      await expect.poll(() => receiver.spans.length).toBe(count);
      return receiver.spans;
    }
  };
}
