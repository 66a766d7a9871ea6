import type { Attributes } from '@opentelemetry/api';

/** What a span is in its trace. */
export type SpanRole = 'server' | 'client' | 'internal';

/** How a span starts. */
export interface SpanStart {
  readonly role: SpanRole;
  readonly attributes?: Attributes;
}

/** How a span ends. */
export interface SpanEnd {
  readonly attributes?: Attributes;
  /** Whether the work failed. A status has no words: they might hold a caller's. */
  readonly isError?: boolean;
}

/**
 * A place in a trace: a span, and what is needed to go on from it, in this process or over the wire. Where nothing is recorded,
 * all of it does nothing, but an incoming trace is still passed on.
 */
export interface Trace {
  /** 32 hex digits, for log lines. Undefined where the request belongs to no trace. */
  readonly traceId: string | undefined;
  /** 16 hex digits. */
  readonly spanId: string | undefined;
  /** Whether somebody looks: what costs something to tell may be left out otherwise. */
  readonly isRecording: boolean;
  /** W3C headers that carry the trace over a call: none, `traceparent`, or that and `tracestate`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Starts a span below this one. It must be ended. */
  child(name: string, start: SpanStart): Trace;
  /** Notes that something happened. Never to be called once a token: spans are kept in memory until they end. */
  event(name: string, attributes?: Attributes): void;
  set(attributes: Attributes): void;
  /** Ends the span; only the first time counts. */
  end(end?: SpanEnd): void;
}

/** Belongs to no trace. */
export const noTrace: Trace = {
  traceId: undefined,
  spanId: undefined,
  isRecording: false,
  headers: {},
  child: () => noTrace,
  event: () => {},
  set: () => {},
  end: () => {}
};
