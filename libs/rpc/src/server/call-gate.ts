import type { ServerInterceptor } from '@grpc/grpc-js';
import { type Logger, noTrace, type Telemetry } from '@janus-mesh/telemetry';
import { codeName } from '../errors/code.ts';
import { unavailable } from '../errors/families.ts';
import type { MeshError } from '../errors/mesh-error.ts';
import { ServerCalls } from '../telemetry/server-calls.ts';
import { Calls } from './calls.ts';
import type { Health } from './health.ts';
import type { ServerLimits } from './limits.ts';
import { type CallEnd, type CallPolicy, ServedCall } from './served-call.ts';

interface GateOptions {
  readonly limits: ServerLimits;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly health: Health;
  readonly refuseUntilServing: boolean;
  /** Methods that only look, by path: those that end well are logged at debug, as tiers are looked at every few seconds. */
  readonly lookups: ReadonlySet<string>;
}

// Longest timer Node has.
const maxTimerMs = 2 ** 31 - 1;
const retryAfterMs = 1_000;

/** Where all calls of a server come in: it admits or refuses them, keeps count of them and logs their end. */
export class CallGate {
  /** Calls of the services. */
  readonly work = new Calls('w');
  /** Calls of health and reflection: never refused, of any length, and no drain waits for them. */
  readonly upkeep = new Calls('u');
  readonly #options: GateOptions;
  readonly #told: ServerCalls;
  #isDraining = false;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#told = new ServerCalls(options.telemetry);
  }

  /** Puts a {@link ServedCall} around each call. */
  readonly interceptor: ServerInterceptor = (method, wire) => {
    const path = method.path.slice(1);
    const calls = path.startsWith('grpc.') ? this.upkeep : this.work;
    return new ServedCall(calls.nextId(), wire, this.#policy(path, calls, method.requestStream));
  };

  /** From now on, calls of the services are refused. */
  startDraining(): void {
    this.#isDraining = true;
  }

  #policy(method: string, calls: Calls, isRequestStream: boolean): CallPolicy {
    const { limits, logger, lookups } = this.#options;
    const maxMs = limits.maxDeadlineMsByMethod[method] ?? limits.maxDeadlineMs;
    const isLookup = lookups.has(method);
    return {
      method,
      isRequestStream,
      maxMs: calls === this.upkeep ? Number.POSITIVE_INFINITY : Math.min(maxMs, maxTimerMs),
      unreadStreamMs: limits.unreadStreamMs,
      logger,
      beginTrace: (header, requestId) => (calls === this.upkeep ? noTrace : this.#told.begin(header, { method, requestId, isLookup })),
      admit: (call) => {
        const refusal = calls === this.work ? this.#refusal(method) : undefined;
        if (refusal === undefined) calls.enter(call);
        return refusal;
      },
      onEnd: (call, end) => {
        calls.leave(call);
        const isQuiet = calls === this.upkeep || (isLookup && end.error === undefined);
        log(call, end, isQuiet ? 'debug' : 'info');
        if (calls === this.work) this.#told.end(method, call.context.trace, { ...end, reason: end.error?.reason });
      }
    };
  }

  #refusal(method: string): MeshError | undefined {
    const { refuseUntilServing, health } = this.#options;
    if (this.#isDraining) return unavailable('DRAINING', 'the service is shutting down', { retryAfterMs });
    const service = method.slice(0, method.indexOf('/'));
    if (!refuseUntilServing || health.isServing(service)) return undefined;
    return unavailable('NOT_READY', 'the service is not ready yet', { retryAfterMs });
  }
}

function log(call: ServedCall, { code, error, ms, deadlineMs }: CallEnd, level: 'info' | 'debug'): void {
  const { caller, logger } = call.context;
  const why = error === undefined ? {} : { reason: error.reason, error: error.message };
  logger[level]({ code: codeName(code), ...why, ms: tenths(ms), deadlineMs: deadlineMs && tenths(deadlineMs), caller }, 'request');
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
