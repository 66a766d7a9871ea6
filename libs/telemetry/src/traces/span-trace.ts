import { type Attributes, type Context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { SpanEnd, SpanRole, SpanStart, Trace } from './trace.ts';

const KINDS: Record<SpanRole, SpanKind> = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };

/** A place in a trace as OpenTelemetry keeps it. No span is ever made the active one: the mesh hands its traces on by hand. */
export class SpanTrace implements Trace {
  readonly #tracer: Tracer;
  readonly #context: Context;
  readonly #span: Span;
  #hasEnded = false;

  /** @param context holds the span */
  constructor(tracer: Tracer, context: Context, span: Span) {
    this.#tracer = tracer;
    this.#context = context;
    this.#span = span;
  }

  /** Starts a span below what the context holds. */
  static start(tracer: Tracer, context: Context, name: string, { role, attributes = {} }: SpanStart): SpanTrace {
    const span = tracer.startSpan(name, { kind: KINDS[role], attributes }, context);
    return new SpanTrace(tracer, trace.setSpan(context, span), span);
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  get spanId(): string {
    return this.#span.spanContext().spanId;
  }

  get isRecording(): boolean {
    return this.#span.isRecording();
  }

  get headers(): Readonly<Record<string, string>> {
    const { traceId, spanId, traceFlags, traceState } = this.#span.spanContext();
    const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
    return traceState === undefined ? { traceparent } : { traceparent, tracestate: traceState.serialize() };
  }

  child(name: string, start: SpanStart): Trace {
    return this.isRecording ? SpanTrace.start(this.#tracer, this.#context, name, start) : this;
  }

  event(name: string, attributes?: Attributes): void {
    this.#span.addEvent(name, attributes);
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  end({ attributes = {}, isError = false }: SpanEnd = {}): void {
    if (this.#hasEnded || !this.isRecording) return;
    this.#hasEnded = true;
    this.#span.setAttributes(attributes);
    if (isError) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#span.end();
  }
}
