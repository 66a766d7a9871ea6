import { type ReceivedAttributes, readAttributes, type WireAttribute } from './received-attributes.ts';

/** A span as it reached a receiver. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: it has none. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: 'SERVER' | 'CLIENT' | 'INTERNAL';
  readonly status: 'UNSET' | 'OK' | 'ERROR';
  readonly statusMessage: string;
  readonly attributes: ReceivedAttributes;
  readonly events: readonly { readonly name: string; readonly attributes: ReceivedAttributes }[];
  /** Of the process. */
  readonly resource: ReceivedAttributes;
  readonly startNs: bigint;
  readonly endNs: bigint;
}

interface WireSpan {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly parentSpanId: Buffer;
  readonly name: string;
  readonly kind: string;
  readonly status: { readonly code: string; readonly message: string } | null;
  readonly attributes: readonly WireAttribute[];
  readonly events: readonly { readonly name: string; readonly attributes: readonly WireAttribute[] }[];
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

interface ExportTraceServiceRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly WireAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

/** The spans of one export. */
export function readSpans({ resourceSpans }: ExportTraceServiceRequest): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const ofProcess = readAttributes(resource.attributes);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => read(span, ofProcess)));
  });
}

function read(span: WireSpan, resource: ReceivedAttributes): ReceivedSpan {
  return {
    traceId: span.traceId.toString('hex'),
    spanId: span.spanId.toString('hex'),
    parentId: span.parentSpanId.toString('hex'),
    name: span.name,
    kind: span.kind.replace('SPAN_KIND_', '') as ReceivedSpan['kind'],
    status: (span.status?.code ?? 'STATUS_CODE_UNSET').replace('STATUS_CODE_', '') as ReceivedSpan['status'],
    statusMessage: span.status?.message ?? '',
    attributes: readAttributes(span.attributes),
    events: span.events.map(({ name, attributes }) => ({ name, attributes: readAttributes(attributes) })),
    resource,
    startNs: BigInt(span.startTimeUnixNano),
    endNs: BigInt(span.endTimeUnixNano)
  };
}
