import { type Context, context, type Tracer, trace } from '@opentelemetry/api';
import { passedTrace } from './passed-trace.ts';
import { SpanTrace } from './span-trace.ts';
import { noTrace, type SpanStart, type Trace } from './trace.ts';

/** Reads a header of a call. */
export type ReadHeader = (key: string) => string | undefined;

/** Where traces come into a service. */
export interface Tracing {
  /** The trace that a call belongs to, without a span of ours. */
  incoming(header: ReadHeader): Trace;
  /** Starts a span for a call: below the caller's, or a trace's first. */
  begin(header: ReadHeader, name: string, start: SpanStart): Trace;
}

/** Records nothing; passes on what comes. */
export const noTracing: Tracing = { incoming, begin: incoming };

/**
 * Records with a tracer.
 *
 * @param contextOf reads what a caller sent
 */
export function tracingWith(tracer: Tracer, contextOf: (header: ReadHeader) => Context): Tracing {
  return { incoming, begin: (header, name, start) => SpanTrace.start(tracer, contextOf(header), name, start) };
}

/** The span that is active in this process, for programs that use our clients and OpenTelemetry. */
export function activeTrace(): Trace {
  const span = trace.getActiveSpan();
  return span === undefined ? noTrace : new SpanTrace(trace.getTracer('janus-mesh'), context.active(), span);
}

function incoming(header: ReadHeader): Trace {
  return passedTrace(header) ?? noTrace;
}
