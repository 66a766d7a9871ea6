import { HealthServiceImpl, HealthState } from 'nice-grpc-server-health';

/** Says that the process answers, from when it listens until it is gone: what a liveness probe asks, which no model should fail. */
const ALIVE = 'grpc.health.v1.Health';

/**
 * grpc.health.v1: NOT_SERVING for each service until it is told otherwise; the empty name is all of them together, and the health
 * service itself always serves.
 */
export class Health {
  readonly #state = HealthState();
  readonly #serving: Map<string, boolean>;

  constructor(services: readonly string[]) {
    this.#serving = new Map(services.map((service) => [service, false]));
    this.#state.setMaxListeners(0); // one a watcher
    this.#state.setStatus('healthy', ALIVE);
    this.#publish();
  }

  /** The handlers of grpc.health.v1.Health. */
  handlers(): HealthServiceImpl {
    return HealthServiceImpl(this.#state);
  }

  isServing(service: string): boolean {
    return this.#serving.get(service) ?? false;
  }

  /** @throws {RangeError} if no such service is served */
  set(isServing: boolean, service?: string): void {
    if (service !== undefined && !this.#serving.has(service)) throw new RangeError(`no service '${service}' is served`);
    for (const name of service === undefined ? this.#serving.keys() : [service]) this.#serving.set(name, isServing);
    this.#publish();
  }

  #publish(): void {
    for (const [service, isServing] of this.#serving) this.#state.setStatus(isServing ? 'healthy' : 'unhealthy', service);
    this.#state.setStatus([...this.#serving.values()].every(Boolean) ? 'healthy' : 'unhealthy');
  }
}
