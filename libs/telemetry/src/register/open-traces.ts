import { ROOT_CONTEXT } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import type { Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { type ReadHeader, type Tracing, tracingWith } from '../traces/tracing.ts';

/** Records spans and sends them in batches over OTLP/gRPC; sampler, limits, batches and the address come from the environment. */
export function openTraces(resource: Resource): { readonly tracing: Tracing; close(): Promise<void> } {
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
  const w3c = new W3CTraceContextPropagator();
  const contextOf = (header: ReadHeader) => w3c.extract(ROOT_CONTEXT, header, { get: (read, key) => read(key), keys: () => [] });
  return { tracing: tracingWith(provider.getTracer('janus-mesh'), contextOf), close: () => provider.shutdown() };
}
