import { randomBytes } from 'node:crypto';
import type { Trace } from '@janus-mesh/telemetry';
import type { OtlpReceiver } from '../../libs/telemetry/src/testing/otlp-receiver.ts';
import type { ReceivedSpan } from '../../libs/telemetry/src/testing/received-span.ts';
import { passedTrace } from '../../libs/telemetry/src/traces/passed-trace.ts';

/** A trace that a caller has begun: its own span is nobody's here. */
export interface CallersTrace {
  readonly trace: Trace;
  readonly traceId: string;
  readonly spanId: string;
}

/** Begins a trace outside of the mesh. */
export function callersTrace(): CallersTrace {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  const trace = passedTrace((key) => (key === 'traceparent' ? `00-${traceId}-${spanId}-01` : undefined));
  if (trace === undefined) throw new Error('no trace came of ids that are ones');
  return { trace, traceId, spanId };
}

/** Spans of a trace that reached the receiver. */
export function spansOf({ spans }: OtlpReceiver, { traceId }: CallersTrace): ReceivedSpan[] {
  return spans.filter((span) => span.traceId === traceId);
}

/**
 * A trace as lines, each below its parent and set in: tier, kind, name without its package, status code of the call, status of the
 * span where it is an error, events in brackets. Children are sorted, as side by side has no order.
 *
 * @throws {Error} if a span's parent is not there: it was left open
 */
export function treeOf(spans: readonly ReceivedSpan[], root: CallersTrace): string[] {
  const orphans = spans.filter(({ parentId }) => parentId !== root.spanId && !spans.some(({ spanId }) => spanId === parentId));
  if (orphans.length > 0) throw new Error(`the parents of ${orphans.map(({ name }) => name).join(', ')} never ended`);
  return linesBelow(root.spanId, spans);
}

function linesBelow(parent: string, spans: readonly ReceivedSpan[]): string[] {
  const branches = spans
    .filter(({ parentId }) => parentId === parent)
    .map((span) => [lineOf(span), ...linesBelow(span.spanId, spans).map((line) => `  ${line}`)]);
  return branches.sort((a, b) => a.join('\n').localeCompare(b.join('\n'))).flat();
}

function lineOf({ resource, kind, name, status, attributes, events }: ReceivedSpan): string {
  const code = attributes['rpc.response.status_code'] ?? attributes['janus.outcome'];
  const words = [resource['janus.tier'], kind.toLowerCase(), name.replace(/^janus\.(tier\.)?v1\./, ''), code];
  if (status !== 'UNSET') words.push(status);
  if (events.length > 0) words.push(`[${events.map((event) => event.name.replace('janus.', '')).join(', ')}]`);
  return words.join(' ');
}
