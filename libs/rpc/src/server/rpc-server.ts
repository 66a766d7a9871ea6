import { setImmediate } from 'node:timers/promises';
import type { Server } from 'nice-grpc';
import { unavailable } from '../errors/families.ts';
import type { CallGate } from './call-gate.ts';
import type { Health } from './health.ts';

interface RpcServerParts {
  readonly grpc: Server;
  readonly gate: CallGate;
  readonly health: Health;
  readonly host: string;
  readonly port: number;
}

// Time for aborted handlers to unwind, and for statuses to reach their callers, before connections are cut.
const unwindMs = 5_000;
const flushMs = 2_000;

/** A gRPC server that listens. */
export class RpcServer {
  readonly host: string;
  readonly port: number;
  readonly #parts: RpcServerParts;
  #drained: Promise<{ readonly aborted: number }> | undefined;

  constructor(parts: RpcServerParts) {
    this.host = parts.host;
    this.port = parts.port;
    this.#parts = parts;
  }

  /** Calls of the services that are not over. */
  get callCount(): number {
    return this.#parts.gate.work.size;
  }

  /**
   * Tells health whether a service serves; all of them without a name.
   *
   * @throws {RangeError} if no such service is served
   */
  setServing(isServing: boolean, service?: string): void {
    if (this.#drained === undefined) this.#parts.health.set(isServing, service);
  }

  /**
   * Shuts down in order: health says NOT_SERVING, nothing is accepted any more, connections get GOAWAY, running calls may
   * finish; those that haven't after `timeoutMs` end with UNAVAILABLE, reason SHUTTING_DOWN.
   *
   * @returns how many calls were aborted; the same for every call of this
   */
  drain({ timeoutMs }: { readonly timeoutMs: number }): Promise<{ readonly aborted: number }> {
    this.#drained ??= this.#drain(timeoutMs);
    return this.#drained;
  }

  /** Shuts down at once: drains with no time. */
  async close(): Promise<void> {
    await this.drain({ timeoutMs: 0 });
  }

  async #drain(timeoutMs: number): Promise<{ readonly aborted: number }> {
    const { grpc, gate, health } = this.#parts;
    health.set(false);
    gate.startDraining();
    const closed = grpc.shutdown();
    const isIdle = await gate.work.idle(timeoutMs);
    const aborted = isIdle ? 0 : gate.work.size;
    const goodbye = unavailable('SHUTTING_DOWN', 'the service shut down before the call was done', { retryAfterMs: 1_000 });
    gate.work.abortAll(goodbye);
    await gate.work.idle(unwindMs);
    await setImmediate(); // health's watchers get NOT_SERVING before their end
    gate.upkeep.abortAll(goodbye);
    await within(closed, flushMs);
    grpc.forceShutdown();
    return { aborted };
  }
}

async function within(promise: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([promise, timeout]);
  clearTimeout(timer);
}
