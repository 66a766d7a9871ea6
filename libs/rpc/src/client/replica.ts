import type { ServiceDefinition } from '../definition.ts';
import type { Client } from './client.ts';
import type { Connection } from './connect.ts';

/** One process of a service, as its clients see it. */
export class Replica<Service extends ServiceDefinition> {
  /** `ip:port` */
  readonly address: string;
  readonly #connection: Connection<Service>;
  #inFlight = 0;
  #trouble: string | undefined;

  constructor(address: string, connection: Connection<Service>) {
    this.address = address;
    this.#connection = connection;
  }

  get client(): Client<Service> {
    return this.#connection.client;
  }

  /** Weight of the calls that were begun here and are not over. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Why others are better asked first. Undefined: nothing is known against it. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Says that others are better asked first, until it is trusted again. */
  avoid(trouble: string): void {
    this.#trouble = trouble;
  }

  /** Says that it is well. */
  trust(): void {
    this.#trouble = undefined;
  }

  /** Counts a call by its weight. @returns to be called when that call is over; only the first time counts */
  begin(weight = 1): () => void {
    this.#inFlight += weight;
    let isOver = false;
    return () => {
      if (!isOver) this.#inFlight -= weight;
      isOver = true;
    };
  }

  /** Closes the channel; calls that run may finish. */
  close(): void {
    this.#connection.close();
  }
}
