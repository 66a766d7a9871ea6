import type { Trace } from '@janus-mesh/telemetry';
import type { MethodDefinition, PartialRequestOf, ResponseOf, ServiceDefinition } from '../definition.ts';

/** How one call is made. */
export interface CallOptions {
  /** Cancels the call; it then fails with a MeshError CANCELLED. */
  readonly signal?: AbortSignal | undefined;
  /** When the call must be done, milliseconds since the epoch. Sent along, and kept here too. Default: none. */
  readonly deadline?: number | undefined;
  /** Sent as `x-request-id`. Default: a new UUID. */
  readonly requestId?: string | undefined;
  /** Sent as `x-caller-id`. Default: none, the server takes the address. */
  readonly caller?: string | undefined;
  /** Where the call's span goes, and what the server's goes below. Default: the span that OpenTelemetry has active in this process. */
  readonly trace?: Trace | undefined;
  /** Told the request id the server echoes, with the first answer. */
  readonly onRequestId?: ((requestId: string) => void) | undefined;
}

type Request<M extends MethodDefinition> = M['requestStream'] extends true ? AsyncIterable<PartialRequestOf<M>> : PartialRequestOf<M>;
type Response<M extends MethodDefinition> = M['responseStream'] extends true ? AsyncIterable<ResponseOf<M>> : Promise<ResponseOf<M>>;

/**
 * A client of a service. Unary calls give promises, streamed ones async iterables.
 *
 * A streamed call begins with the first `next()`; leaving the loop early cancels it. All failures are MeshErrors, except
 * what the caller's own request iterable throws, which comes back as it is.
 */
export type Client<Service extends ServiceDefinition> = {
  readonly [Method in keyof Service['methods']]: (
    request: Request<Service['methods'][Method]>,
    options?: CallOptions
  ) => Response<Service['methods'][Method]>;
};
