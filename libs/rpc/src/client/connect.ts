import { Channel, type ChannelOptions, credentials } from '@grpc/grpc-js';
import { type Metrics, noMetrics } from '@janus-mesh/telemetry';
import { createClient } from 'nice-grpc';
import type { ServiceDefinition } from '../definition.ts';
import { silenceGrpcJs } from '../silence-grpc-js.ts';
import type { CallOptions, Client } from './client.ts';
import { OutgoingCall } from './outgoing-call.ts';
import { RenewedChannel } from './renewed-channel.ts';
import { untilOver } from './until-over.ts';

export interface ConnectOptions {
  /** Longest answer in bytes. Default: 64 MiB. */
  readonly maxReceiveBytes?: number;
  /** A quiet connection is pinged after this time. Default: 20 s. */
  readonly keepaliveMs?: number;
  /** A ping without an answer for this time ends the connection. Default: 10 s. */
  readonly keepaliveTimeoutMs?: number;
  /** Get the time of each call. Default: nobody does. */
  readonly metrics?: Metrics;
}

/** A client and the channel under it. */
export interface Connection<Service extends ServiceDefinition> {
  readonly client: Client<Service>;
  /** Closes the channel; calls that run may finish. */
  close(): void;
}

type NiceMethod = (request: unknown, options: ReturnType<OutgoingCall['begin']>) => Promise<unknown> | AsyncIterable<unknown>;

/**
 * Makes a client for one address. It connects with the first call, and again after a loss; calls are never retried here.
 *
 * @param address `host:port`
 */
export function connect<Service extends ServiceDefinition>(
  service: Service,
  address: string,
  options: ConnectOptions = {}
): Connection<Service> {
  silenceGrpcJs();
  const channels = new RenewedChannel(() => {
    const channel = new Channel(address, credentials.createInsecure(), channelOptions(options));
    const methods = createClient(service as never, channel) as Readonly<Record<string, NiceMethod>>;
    return { methods, close: () => channel.close() };
  });
  const methods = Object.entries(service.methods).map(([name, { name: methodName, requestStream, responseStream }]) => {
    const start = (request: unknown, call: OutgoingCall) => {
      const { made, end } = channels.begin();
      call.over.addEventListener('abort', () => end(call.hasEndedEarly), { once: true });
      const method = made.methods[name] as NiceMethod;
      return method(requestStream ? untilOver(request as AsyncIterable<unknown>, call.over) : request, call.begin());
    };
    const run = responseStream ? stream : single;
    const target = { method: `${service.fullName}/${methodName}`, address, metrics: options.metrics ?? noMetrics };
    return [
      name,
      (request: unknown, callOptions: CallOptions = {}) =>
        run(
          (call) => start(request, call),
          () => new OutgoingCall(callOptions, target)
        )
    ];
  });
  return { client: Object.fromEntries(methods) as Client<Service>, close: () => channels.close() };
}

function channelOptions({ maxReceiveBytes, keepaliveMs, keepaliveTimeoutMs }: ConnectOptions): ChannelOptions {
  return {
    'grpc.max_receive_message_length': maxReceiveBytes ?? 64 * 1024 * 1024,
    'grpc.keepalive_time_ms': keepaliveMs ?? 20_000,
    'grpc.keepalive_timeout_ms': keepaliveTimeoutMs ?? 10_000,
    'grpc.keepalive_permit_without_calls': 1,
    // Who retries decides it with the deadline and the other replicas in view.
    'grpc.enable_retries': 0,
    // Else a new channel would go on with the connection of the one before.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000
  };
}

async function single(start: (call: OutgoingCall) => unknown, open: () => OutgoingCall): Promise<unknown> {
  const call = open();
  try {
    return await start(call);
  } catch (error) {
    throw call.explain(error);
  } finally {
    call.end();
  }
}

function stream(start: (call: OutgoingCall) => unknown, open: () => OutgoingCall): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]() {
      const call = open();
      const answers = run(start, call);
      return {
        next: () => answers.next(),
        async return() {
          // First the cancel: a generator that waits for an answer takes the return only after it.
          call.cancel();
          await answers.return(undefined).catch(() => undefined);
          return { done: true, value: undefined };
        }
      };
    }
  };
}

async function* run(start: (call: OutgoingCall) => unknown, call: OutgoingCall): AsyncGenerator<unknown, void> {
  try {
    yield* start(call) as AsyncIterable<unknown>;
  } catch (error) {
    throw call.explain(error);
  } finally {
    call.end();
  }
}
