import { activeTrace, type Metrics, names, noTrace, type Trace } from '@janus-mesh/telemetry';
import { Code, codeName } from '../errors/code.ts';

/** What is called. */
export interface CallTarget {
  /** `janus.v1.JanusService/Chat` */
  readonly method: string;
  /** `host:port` */
  readonly address: string;
  readonly metrics: Metrics;
}

/** Tells of one call that a client makes: a span, and its time. */
export class ClientCall {
  readonly #target: CallTarget;
  #trace = noTrace;
  #startedAt = 0;
  #code: number = Code.OK;
  #reason: string | undefined;
  #wasLeft = false;

  constructor(target: CallTarget) {
    this.#target = target;
  }

  /**
   * Begins the span.
   *
   * @param parent of the span. Default: what is active in this process
   * @returns headers that carry the trace
   */
  begin(parent: Trace | undefined): Readonly<Record<string, string>> {
    const { method, address } = this.#target;
    const colon = address.lastIndexOf(':');
    this.#startedAt = performance.now();
    this.#trace = (parent ?? activeTrace()).child(method, {
      role: 'client',
      attributes: {
        [names.rpcSystem]: 'grpc',
        [names.rpcMethod]: method,
        [names.serverAddress]: address.slice(0, colon),
        [names.serverPort]: Number(address.slice(colon + 1))
      }
    });
    return this.#trace.headers;
  }

  /** The caller has what it wants: it is no failure that the call ends as cancelled. */
  left(): void {
    if (this.#code !== Code.OK) return;
    this.#wasLeft = true;
    this.#code = Code.CANCELLED;
  }

  failed(code: number, reason: string): void {
    if (this.#code !== Code.OK) return;
    this.#code = code;
    this.#reason = reason;
  }

  /** Ends the span, if it was begun. */
  end(): void {
    if (this.#startedAt === 0) return;
    const isError = this.#code !== Code.OK && !this.#wasLeft;
    const status = { [names.rpcStatus]: codeName(this.#code), ...(isError && { [names.errorType]: codeName(this.#code) }) };
    this.#trace.end({ attributes: { ...status, ...(this.#reason && { [names.reason]: this.#reason }) }, isError });
    const { method, metrics } = this.#target;
    if (!metrics.isOn) return;
    const seconds = (performance.now() - this.#startedAt) / 1000;
    metrics.record('rpc.client.call.duration', seconds, { [names.rpcSystem]: 'grpc', [names.rpcMethod]: method, ...status });
  }
}
