import type { ServerOptions } from '@grpc/grpc-js';
import { type Logger, noTelemetry, type Telemetry } from '@janus-mesh/telemetry';
import { createServer, type Server } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';
import { silenceGrpcJs } from '../silence-grpc-js.ts';
import type { ServiceBinding } from './bind-service.ts';
import { CallGate } from './call-gate.ts';
import { handlerMiddleware } from './handler-middleware.ts';
import { Health } from './health.ts';
import { defaultServerLimits, type ServerLimits } from './limits.ts';
import { addReflection } from './reflection.ts';
import { RpcServer } from './rpc-server.ts';
import { withStrictRequests } from './strict-requests.ts';

export interface ServeOptions {
  readonly services: readonly ServiceBinding[];
  readonly logger: Logger;
  /** Traces and counts calls. Default: nobody does. */
  readonly telemetry?: Telemetry;
  /** Address to listen on. Default: 127.0.0.1, this machine only. */
  readonly host?: string;
  /** Port to listen on. Default: 0, a free one. */
  readonly port?: number;
  /** google.protobuf.FileDescriptorSet of the services, for reflection. Default: no reflection. */
  readonly descriptorSet?: Uint8Array;
  readonly limits?: Partial<ServerLimits>;
  /** Refuses calls with UNAVAILABLE, reason NOT_READY, while their service is not serving. Default: false. */
  readonly refuseUntilServing?: boolean;
}

/**
 * Starts a gRPC server: the services, health per service name (NOT_SERVING at first), reflection v1 and v1alpha.
 *
 * @throws {Error} if the address can't be listened on
 */
export async function serve(options: ServeOptions): Promise<RpcServer> {
  const { services, logger, host = '127.0.0.1', port = 0, descriptorSet, refuseUntilServing = false } = options;
  const { telemetry = noTelemetry } = options;
  silenceGrpcJs();
  const limits = { ...defaultServerLimits, ...options.limits };
  const health = new Health(services.map(({ definition }) => definition.fullName));
  const gate = new CallGate({ limits, logger, telemetry, health, refuseUntilServing, lookups: lookupsOf(services) });
  const grpc = createServer(serverOptions(limits, gate));
  for (const { definition, methods } of services)
    grpc.with(handlerMiddleware(gate.work)).add(withStrictRequests(definition), methods as never);
  grpc.with(handlerMiddleware(gate.upkeep)).add(HealthDefinition, health.handlers());
  if (descriptorSet !== undefined) addReflection(grpc, gate, descriptorSet, services);
  return new RpcServer({ grpc, gate, health, host, port: await listen(grpc, host, port) });
}

/** Paths of the methods that the protos declare free of side effects. */
function lookupsOf(services: readonly ServiceBinding[]): ReadonlySet<string> {
  const paths = services.flatMap(({ definition: { fullName, methods } }) =>
    Object.values(methods)
      .filter(({ options }) => 'idempotencyLevel' in options && options.idempotencyLevel === 'NO_SIDE_EFFECTS')
      .map(({ name }) => `${fullName}/${name}`)
  );
  return new Set(paths);
}

function serverOptions(limits: ServerLimits, gate: CallGate): ServerOptions {
  return {
    'grpc.max_receive_message_length': limits.maxReceiveBytes,
    'grpc.max_concurrent_streams': limits.maxConcurrentStreams,
    'grpc.keepalive_time_ms': limits.keepaliveMs,
    'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMs,
    'grpc.keepalive_permit_without_calls': 1,
    interceptors: [gate.interceptor]
  };
}

async function listen(grpc: Server, host: string, port: number): Promise<number> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  try {
    return await grpc.listen(address);
  } catch (cause) {
    const why = (cause as Error).message.includes('EADDRINUSE') ? 'another program listens there' : whyNot((cause as Error).message);
    throw new Error(`can't listen on ${address}: ${why}`, { cause });
  }
}

/** The system's own words out of grpc-js's message, e.g. `address not available 203.0.113.1 (EADDRNOTAVAIL)`. */
function whyNot(message: string): string {
  const [, code, words] = /\[listen (E\w+): ([^\]]*)\]/.exec(message) ?? [];
  return code === undefined ? message : `${words} (${code})`;
}
