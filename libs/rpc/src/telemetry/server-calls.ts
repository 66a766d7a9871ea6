import { type CounterName, names, noTrace, type ReadHeader, type Telemetry, type Trace } from '@janus-mesh/telemetry';
import { Code, codeName } from '../errors/code.ts';
import { type CallOutcome, outcomeOf } from './call-outcome.ts';

/** What is told of a call that begins. */
export interface ServerCallStart {
  /** `janus.v1.JanusService/Chat` */
  readonly method: string;
  readonly requestId: string;
  readonly isLookup: boolean;
}

/** What is told of a call that ended. */
export interface ServerCallEnd {
  readonly code: number;
  /** Of the error, where there is one. */
  readonly reason: string | undefined;
  readonly ms: number;
}

/** Codes that are the server's own failure; others tell of the caller, and leave the span's status as it is. */
const SERVER_ERRORS: ReadonlySet<number> = new Set([
  Code.UNKNOWN,
  Code.DEADLINE_EXCEEDED,
  Code.UNIMPLEMENTED,
  Code.INTERNAL,
  Code.UNAVAILABLE,
  Code.DATA_LOSS
]);

const COUNTERS: Record<Exclude<CallOutcome, 'ok'>, CounterName> = {
  cancelled: 'janus.cancels',
  refused: 'janus.refusals',
  failed: 'janus.failures'
};

/** Ends that are always known, so that the first one is seen as a rise. */
const KNOWN_ENDS: readonly (readonly [CounterName, string])[] = [
  ['janus.cancels', 'CANCELLED'],
  ['janus.cancels', 'DEADLINE_EXCEEDED'],
  ['janus.refusals', 'INVALID_ARGUMENT'],
  ['janus.refusals', 'QUEUE_FULL'],
  ['janus.refusals', 'DRAINING'],
  ['janus.failures', 'INTERNAL']
];

/** Tells of the calls that a server answers: a span each, in the caller's trace, and counts. */
export class ServerCalls {
  readonly #telemetry: Telemetry;

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry;
    for (const [name, reason] of KNOWN_ENDS) telemetry.metrics.add(name, 0, { [names.reason]: reason });
  }

  /**
   * Begins the span of a call.
   *
   * @param call `isLookup`: it only looks; such calls are part of others' traces, and begin none, as tiers are looked at all the time
   */
  begin(header: ReadHeader, { method, requestId, isLookup }: ServerCallStart): Trace {
    const { tracing } = this.#telemetry;
    if (isLookup && tracing.incoming(header).traceId === undefined) return noTrace;
    return tracing.begin(header, method, {
      role: 'server',
      attributes: { [names.rpcSystem]: 'grpc', [names.rpcMethod]: method, [names.requestId]: requestId }
    });
  }

  /** Ends the span, and counts. */
  end(method: string, trace: Trace, { code, reason, ms }: ServerCallEnd): void {
    const status = { [names.rpcStatus]: codeName(code) };
    const isError = SERVER_ERRORS.has(code);
    const error = isError ? { [names.errorType]: codeName(code) } : {};
    if (trace.isRecording) trace.end({ attributes: { ...status, ...error, ...(reason && { [names.reason]: reason }) }, isError });
    const { metrics } = this.#telemetry;
    if (!metrics.isOn) return;
    const call = { [names.rpcSystem]: 'grpc', [names.rpcMethod]: method };
    metrics.record('rpc.server.call.duration', ms / 1000, { ...call, ...status, ...error });
    const outcome = outcomeOf({ code, reason });
    if (outcome !== 'ok') metrics.add(COUNTERS[outcome], 1, { [names.reason]: reason ?? codeName(code) });
  }
}
