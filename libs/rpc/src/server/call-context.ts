import type { Logger, Trace } from '@janus-mesh/telemetry';

/** What a handler knows of the call it serves, besides the request. */
export interface CallContext {
  /**
   * Aborted when the caller cancels or is gone, the deadline passes, the caller stops reading, or the server shuts down.
   * Its reason is the MeshError the call ends with. Everything a handler awaits must heed it.
   */
  readonly signal: AbortSignal;
  /** When the call must be done, milliseconds since the epoch: the caller's, at most the server's maximum for the RPC. */
  readonly deadline: number | undefined;
  /** The caller's `x-request-id`, or one made here. */
  readonly requestId: string;
  /** The caller's `x-caller-id`, else the peer's address without port. Fair scheduling goes by it. */
  readonly caller: string;
  /** Address and port of the connection. */
  readonly peer: string;
  /** `janus.v1.JanusService/Chat` */
  readonly method: string;
  /** Writes the request id, the method, and the trace where there is one, on every line. */
  readonly logger: Logger;
  /** The span of this call: what the handler does goes below it. Ended by the server. */
  readonly trace: Trace;
  /** A text value the caller sent as metadata. */
  metadata(key: string): string | undefined;
}
