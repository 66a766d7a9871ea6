/**
 * Calls that may end early on one connection. An HTTP/2 server closes a connection, with all its calls, whose client resets too many
 * streams: Node's allows 1,000 and then 33 a second, and grpc-js lets nobody change that. Half of it, so that calls under way may still end
 * early when the next connection takes over.
 */
const EARLY_ENDS = 500;

interface Closable {
  close(): void;
}

interface Life<Made> {
  readonly made: Made;
  calls: number;
  earlyEnds: number;
}

/** A channel that gives way to a new one in time, so that a storm of cancels never costs the connection that other calls run on. */
export class RenewedChannel<Made extends Closable> {
  readonly #make: () => Made;
  #current: Life<Made>;
  #isClosed = false;

  constructor(make: () => Made) {
    this.#make = make;
    this.#current = this.#begin();
  }

  /** Begins a call. @returns what it runs on, and what is to be called when it is over: whether it was cancelled or failed */
  begin(): { readonly made: Made; readonly end: (isEarly: boolean) => void } {
    const life = this.#current;
    life.calls += 1;
    return { made: life.made, end: (isEarly) => this.#end(life, isEarly) };
  }

  /** Calls that run may finish. */
  close(): void {
    this.#isClosed = true;
    this.#current.made.close();
  }

  #begin(): Life<Made> {
    return { made: this.#make(), calls: 0, earlyEnds: 0 };
  }

  #end(life: Life<Made>, isEarly: boolean): void {
    life.calls -= 1;
    if (isEarly) life.earlyEnds += 1;
    if (life === this.#current && life.earlyEnds >= EARLY_ENDS && !this.#isClosed) this.#current = this.#begin();
    // Not before: a call that has not got its stream yet would be refused one.
    if (life !== this.#current && life.calls === 0) life.made.close();
  }
}
