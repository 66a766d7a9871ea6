import { resolve } from 'node:path';
import { type handleUnaryCall, Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { type ReceivedMetric, readMetrics } from './received-metric.ts';
import { type ReceivedSpan, readSpans } from './received-span.ts';

const PROTOS = resolve(import.meta.dirname, '../../fixtures');
const SERVICES = ['trace', 'metrics'].map((signal) => `opentelemetry/proto/collector/${signal}/v1/${signal}_service.proto`);

/** Where OTLP/gRPC is received: a real server that reads the published protobuf definitions. */
export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  /** What came so far, in the order it came. */
  readonly spans: readonly ReceivedSpan[];
  readonly metrics: readonly ReceivedMetric[];
  /** Every request as it came over the wire. */
  readonly payloads: readonly Uint8Array[];
  close(): void;
}

/** Starts one on a free port. */
export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const metrics: ReceivedMetric[] = [];
  const payloads: Uint8Array[] = [];
  const definitions = loadSync(SERVICES, {
    includeDirs: [PROTOS],
    longs: String,
    enums: String,
    bytes: Buffer,
    defaults: true,
    oneofs: true
  });
  const server = new Server({ 'grpc.max_receive_message_length': -1 });
  const receive = <Request>(service: string, read: (request: Request) => void) => {
    const definition = definitions[service] as ServiceDefinition;
    const handle: handleUnaryCall<Request, object> = ({ request }, answer) => {
      read(request);
      answer(null, {});
    };
    server.addService(keeping(definition, payloads), { Export: handle });
  };
  receive('opentelemetry.proto.collector.trace.v1.TraceService', (request: Parameters<typeof readSpans>[0]) =>
    spans.push(...readSpans(request))
  );
  receive('opentelemetry.proto.collector.metrics.v1.MetricsService', (request: Parameters<typeof readMetrics>[0]) =>
    metrics.push(...readMetrics(request))
  );
  const port = await new Promise<number>((done, fail) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? fail(error) : done(bound)));
  });
  return { endpoint: `http://127.0.0.1:${port}`, spans, metrics, payloads, close: () => server.forceShutdown() };
}

/** The service, whose requests are kept as they came too. */
function keeping(definition: ServiceDefinition, payloads: Uint8Array[]): ServiceDefinition {
  const methods = Object.entries(definition).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer) => {
      payloads.push(bytes);
      return method.requestDeserialize(bytes);
    };
    return [name, { ...method, requestDeserialize }];
  });
  return Object.fromEntries(methods);
}
