import { setMaxListeners } from 'node:events';

/**
 * The work done for one request, on several streams at once: one signal ends all of it, and of the errors that follow each
 * other when it breaks, the first is kept as the cause.
 */
export class RequestScope {
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal;
  readonly #background: Promise<unknown>[] = [];
  #failure: { readonly error: unknown } | undefined;

  /** @param parent the caller's: aborted when it cancels or its deadline passes */
  constructor(parent: AbortSignal) {
    this.#signal = AbortSignal.any([parent, this.#controller.signal]);
    setMaxListeners(0, this.#signal); // one a call that runs: sixteen samples are no leak
  }

  /** Aborted when the caller goes, a part fails, or the scope closes. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  /** Ends all work because of an error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#controller.abort();
  }

  /** Lets work run beside. Its failure fails the scope. */
  run(work: Promise<unknown>): void {
    this.#background.push(work.catch((error: unknown) => this.fail(error)));
  }

  /** The cause of an error seen on one of the streams: the first failure if there was one, else the error itself. */
  causeOf(error: unknown): unknown {
    return this.#failure === undefined ? error : this.#failure.error;
  }

  /** Ends all work and waits until none of it is left. */
  async close(): Promise<void> {
    this.#controller.abort();
    await Promise.all(this.#background);
  }
}
