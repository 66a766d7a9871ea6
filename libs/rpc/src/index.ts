export { callReplica, type ReplicaCall, type ReplicaReason } from './client/call-replica.ts';
export type { CallOptions, Client } from './client/client.ts';
export { type Connection, type ConnectOptions, connect } from './client/connect.ts';
export { isServing } from './client/is-serving.ts';
export type { Replica } from './client/replica.ts';
export { type ReplicaChoice, ReplicaSet, type ReplicaSetOptions, type UnresolvedTarget } from './client/replica-set.ts';
export type { Resolver } from './client/resolve-target.ts';
export type { ServiceDefinition } from './definition.ts';
export { Code, type CodeName, codeName } from './errors/code.ts';
export {
  cancelled,
  deadlineExceeded,
  failedPrecondition,
  internal,
  invalidArgument,
  notFound,
  resourceExhausted,
  unavailable,
  unimplemented
} from './errors/families.ts';
export { type FieldViolation, MeshError, type MeshErrorDetails } from './errors/mesh-error.ts';
export { bindService, type ServiceBinding } from './server/bind-service.ts';
export type { CallContext } from './server/call-context.ts';
export type { Handler, Handlers } from './server/handlers.ts';
export type { ServerLimits } from './server/limits.ts';
export type { RpcServer } from './server/rpc-server.ts';
export { type ServeOptions, serve } from './server/serve.ts';
export { type CallOutcome, outcomeOf } from './telemetry/call-outcome.ts';
