import type { MethodDefinition, PartialResponseOf, RequestOf, ServiceDefinition } from '../definition.ts';
import type { CallContext } from './call-context.ts';

type Request<M extends MethodDefinition> = M['requestStream'] extends true ? AsyncIterable<RequestOf<M>> : RequestOf<M>;
type Response<M extends MethodDefinition> = M['responseStream'] extends true
  ? AsyncIterable<PartialResponseOf<M>>
  : Promise<PartialResponseOf<M>>;

/**
 * A handler of one RPC, for a file a route: `Handler<JanusServiceDefinition, 'chat'>`.
 *
 * Unary responses are promises, streamed ones async iterables (async generators); streamed requests are async iterables.
 */
export type Handler<Service extends ServiceDefinition, Method extends keyof Service['methods']> = (
  request: Request<Service['methods'][Method]>,
  context: CallContext
) => Response<Service['methods'][Method]>;

/** All handlers of a service. */
export type Handlers<Service extends ServiceDefinition> = {
  readonly [Method in keyof Service['methods']]: Handler<Service, Method>;
};
